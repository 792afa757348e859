import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite, type Azurite } from '../../local/azure/azurite/startAzurite';
import { STORAGE_ACCOUNTS } from './testStorage';

declare global {
  var azurite: Azurite | undefined;
}

/** One Azurite for the whole run; each test takes a storage account of its own in it. */
export default async function globalSetup(): Promise<void> {
  globalThis.azurite = await startAzurite({ accounts: STORAGE_ACCOUNTS });
  const run = `entra-gotomeeting-test-${process.pid}`;
  mkdirSync(join(tmpdir(), run), { recursive: true });
  process.env['TEST_STORAGE_RUN'] = run;
  process.env['TEST_STORAGE'] = globalThis.azurite.connectionString();
}
