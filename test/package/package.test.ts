/** What is deployed: the content of the one zip, started as it is. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { billOfMaterials } from '../../local/package/billOfMaterials';
import { stagePackage } from '../../local/package/stagePackage';
import { zipFolder } from '../../local/package/zipFolder';
import { HostedConnector, JOB } from '../support/HostedConnector';

const ROOT = join(__dirname, '../..');
const MAX_BYTES = 3_000_000;

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'package-'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** @returns the zip of a package that was staged in a folder of its own */
async function packed(name: string): Promise<Uint8Array> {
  await stagePackage(ROOT, join(work, name));
  return zipFolder(join(work, name));
}

test('the zip holds the host’s file, the bundle and the page, nothing else, and is small', async () => {
  const zip = await packed('names');
  const names = Object.keys(unzipSync(zip));
  expect(names.filter((name) => !name.startsWith('dashboard/'))).toEqual(['host.json', 'main.js', 'package.json']);
  expect(names.filter((name) => name.endsWith('.map'))).toEqual([]);
  expect(zip.length).toBeLessThan(MAX_BYTES);
});

test('its package.json has nothing that a deployment tool could install, build or run', async () => {
  const zip = await packed('manifest');
  const manifest = JSON.parse(Buffer.from(unzipSync(zip)['package.json'] ?? []).toString('utf8')) as object;
  expect(Object.keys(manifest).sort()).toEqual(['license', 'main', 'name', 'private', 'version']);
});

test('the same content is the same zip, byte by byte', async () => {
  const sum = (zip: Uint8Array): string => createHash('sha256').update(zip).digest('hex');
  const first = sum(await packed('one'));
  expect(sum(await packed('two'))).toBe(first);
  writeFileSync(join(work, 'two/host.json'), '{}');
  expect(sum(await zipFolder(join(work, 'two')))).not.toBe(first);
});

test('the bill of materials names what is in the bundle, and nothing that only tests or builds it', async () => {
  const of = await stagePackage(ROOT, join(work, 'bill'));
  const bill = JSON.stringify(await billOfMaterials(ROOT, [join(ROOT, 'dist/main.meta.json')], of));
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(dependencies)) {
    // Of this one only types are used.
    if (name !== '@azure/core-auth') expect(bill).toContain(`pkg:npm/${name.replace('@', '%40')}@${version}`);
  }
  for (const name of ['jest', 'azurite', 'esbuild', 'croner']) expect(bill).not.toContain(`pkg:npm/${name}@`);
});

test('the content of the zip runs in the host', async () => {
  const app = join(work, 'app');
  for (const [name, content] of Object.entries(unzipSync(await packed('run')))) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), content);
  }
  const connector = await HostedConnector.create();
  try {
    const host = await connector.start({}, app);
    expect(await (await fetch(`${host.origin}/api/health`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await connector.call(JOB)).json()).toMatchObject({ id: 'gotomeeting' });
  } finally {
    await connector.stop();
  }
});
