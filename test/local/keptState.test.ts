/** What `npm run host` keeps in DATA_FOLDER besides the queues, and whose it is. Kills are tried in test/long. */
import { TableClient } from '@azure/data-tables';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../../local/azure/azurite/startAzurite';
import { realClock } from '../../local/clock/StackClock';
import { KeyVault } from '../../local/azure/key-vault/KeyVault';
import { ownerSocket, takeFolder } from '../../local/azure/heldFolder';
import { dataFolder } from '../../local/stack/dataFolder';
import { functionsPort } from '../../local/stack/functionsPort';
import { localSettingsOf } from '../../local/stack/localSettings';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('rows are there again after the storage ended as it does when its host dies: by the end of its stdin', async () => {
  const rows = (connection: string) =>
    TableClient.fromConnectionString(connection, 'people', { allowInsecureConnection: true });
  const first = await startAzurite({ folder });
  await rows(first.connectionString()).createTable();
  await rows(first.connectionString()).upsertEntity({ partitionKey: 'p', rowKey: 'r', name: 'Ünal' });
  // The next one begins at once, while the first is still writing.
  const ending = first.stop();
  const second = await startAzurite({ folder });
  await ending;
  expect(await rows(second.connectionString()).getEntity('p', 'r')).toMatchObject({ name: 'Ünal' });
  await second.stop();
});

test('a secret is there again, in its newest version, for its owner only', () => {
  const file = join(folder, 'secrets');
  const vault = new KeyVault(realClock, file);
  vault.store('goto-refresh-token', 'first');
  vault.store('goto-refresh-token', 'second', Date.parse('2030-01-01'));
  expect(new KeyVault(realClock, file).newest('goto-refresh-token')).toBe('second');
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('a folder has one owner; what a dead one left behind is no owner', async () => {
  const letGo = await takeFolder(folder, 'host');
  expect(letGo).toBeDefined();
  expect(await takeFolder(folder, 'host')).toBeUndefined();
  expect(await takeFolder(join(folder, 'other'), 'host').then((free) => free?.())).toBeUndefined();
  letGo?.();
  if (process.platform !== 'win32') writeFileSync(ownerSocket(folder, 'host'), '');
  const again = await takeFolder(folder, 'host');
  expect(again).toBeDefined();
  again?.();
});

test('a folder that cannot be written to is named with its setting; a missing one is made', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => dataFolder(file)).toThrow(/^DATA_FOLDER \(.*file\) must be a folder that can be written to: .*EEXIST/);
  expect(() => dataFolder(join(file, 'below'))).toThrow(/^DATA_FOLDER \(.*below\) must be a folder/);
  expect(dataFolder(join(folder, 'a', 'b'))).toBe(join(folder, 'a', 'b'));
});

test('a port that is taken, or none, is told with the setting', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  await expect(functionsPort(String(port))).rejects.toThrow(
    `Port ${port} is taken. Set FUNCTIONS_PORT to a free one, for example ${port + 1}.`,
  );
  await new Promise((resolve) => server.close(resolve));
  expect(await functionsPort(String(port))).toBe(port);
  for (const wrong of ['abc', '99999', '-1', '7071.5'])
    await expect(functionsPort(wrong)).rejects.toThrow('FUNCTIONS_PORT must be a port number from 0 to 65535');
});

test('local.settings.json is read as func reads it; a broken one is named', () => {
  const write = (text: string): void => writeFileSync(join(folder, 'local.settings.json'), text);

  expect(localSettingsOf(folder)).toEqual({});
  write('\uFEFF{ "IsEncrypted": false, "Values": { "A": "1" } }');
  expect(localSettingsOf(folder)).toEqual({ A: '1' });
  write('{ "Values": { "A": "1", } }');
  expect(() => localSettingsOf(folder)).toThrow(/^local\.settings\.json is not valid JSON: /);
  write('{ "Values": { "A": 1 } }');
  expect(() => localSettingsOf(folder)).toThrow(
    'local.settings.json is not valid: "Values" must be an object of texts.',
  );
});
