/** Nobody gets in without a key, whatever became of the file that keeps it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionKey } from '../../local/stack/functionKey';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'key-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a key is made once and kept; one that is given counts', () => {
  const key = functionKey(folder, undefined);
  expect(key.value.length).toBeGreaterThan(30);
  expect(key.file).toBe(join(folder, 'function-key'));
  expect(functionKey(folder, '')).toEqual(key);
  expect(functionKey(folder, 'mine')).toEqual({ value: 'mine', file: undefined });
});

test('a file that was left empty is no key', () => {
  const file = join(folder, 'function-key');
  writeFileSync(file, '\n');
  const { value: key } = functionKey(folder, undefined);
  expect(key.length).toBeGreaterThan(30);
  expect(readFileSync(file, 'utf8').trim()).toBe(key);
});
