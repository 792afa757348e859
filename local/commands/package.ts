/** `npm run package`: dist/package and, beside it, the zip that every way of deploying ships, its SHA-256 and its SBOM. */
import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { billOfMaterials } from '../package/billOfMaterials';
import { stagePackage } from '../package/stagePackage';
import { zipFolder } from '../package/zipFolder';

async function main(root: string): Promise<void> {
  const dist = join(root, 'dist');
  const of = await stagePackage(root, join(dist, 'package'));
  const zip = await zipFolder(join(dist, 'package'));
  const name = `${of.name}-${of.version}`;
  const metafiles = (await readdir(dist)).filter((file) => file.endsWith('.meta.json')).map((file) => join(dist, file));
  const sum = createHash('sha256').update(zip).digest('hex');
  await writeFile(join(dist, 'package.zip'), zip);
  await writeFile(join(dist, 'package.zip.sha256'), `${sum}  package.zip\n`);
  await writeFile(
    join(dist, 'package.sbom.json'),
    `${JSON.stringify(await billOfMaterials(root, metafiles, of), null, 2)}\n`,
  );
  console.log(`dist/package.zip: ${name}, ${(zip.length / 1e6).toFixed(2)} MB, SHA-256 ${sum}`);
}

main(process.cwd()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
