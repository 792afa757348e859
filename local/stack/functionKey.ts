import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FunctionKey {
  readonly value: string;
  /** Where it is kept; undefined when it was given. */
  readonly file: string | undefined;
}

/** The key the routes accept: FUNCTION_KEY, or one made once and kept in the data folder. */
export function functionKey(dataFolder: string, given: string | undefined): FunctionKey {
  if (given !== undefined && given !== '') return { value: given, file: undefined };
  const file = join(dataFolder, 'function-key');
  const kept = keyIn(file);
  // A file that a full disk left empty would let everybody in.
  if (kept !== '') return { value: kept, file };
  const key = randomBytes(24).toString('base64url');
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return { value: key, file };
}

/** Empty where there is none. */
function keyIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
