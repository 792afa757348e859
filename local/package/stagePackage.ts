import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });
export type Manifest = z.output<typeof manifest>;

/**
 * Puts into one folder what runs on Azure, and nothing else: no ignore file of any tool decides what is deployed
 * (docs/decisions/0010-one-package.md).
 * @param root of the repository, built
 * @param folder emptied first
 * @returns whose package it is
 */
export async function stagePackage(root: string, folder: string): Promise<Manifest> {
  const { name, version, license } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'host.json'), join(folder, 'host.json'));
  await cp(join(root, 'dist/main.js'), join(folder, 'main.js'));
  const page = join(root, 'dist/dashboard');
  if (existsSync(page)) {
    await cp(page, join(folder, 'dashboard'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  }
  // Neither scripts nor dependencies: whoever finds some builds again on Azure (docs/decisions/0010-one-package.md).
  const shipped = { name, version, license, private: true, main: 'main.js' };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`);
  return { name, version, license };
}
