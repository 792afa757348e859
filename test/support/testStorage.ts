import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Storage accounts that Azurite was started with (globalSetup). */
export const STORAGE_ACCOUNTS = Array.from({ length: 1_200 }, (_, index) => `test${String(index).padStart(4, '0')}`);

/** A connection string of a storage account that no other test of this run uses, in whatever process that runs. */
export function testStorage(): string {
  const run = process.env['TEST_STORAGE_RUN'] ?? '';
  for (const name of STORAGE_ACCOUNTS) {
    try {
      mkdirSync(join(tmpdir(), run, name));
    } catch {
      continue;
    }
    return (process.env['TEST_STORAGE'] ?? '').replaceAll(STORAGE_ACCOUNTS[0] ?? '', name);
  }
  throw new RangeError('Every storage account is taken: raise their number in testStorage.ts.');
}
