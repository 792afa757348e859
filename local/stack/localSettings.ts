import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'local.settings.json';
const localSettings = z.object({ Values: z.record(z.string(), z.string()).default({}) });

/** The values of local.settings.json as `func` reads it; none without one. @throws Error for a file that is not valid */
export function localSettingsOf(directory: string): Readonly<Record<string, string>> {
  const file = join(directory, FILE);
  if (!existsSync(file)) return {};
  const parsed = localSettings.safeParse(parsedJson(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data.Values;
  throw new Error(`${FILE} is not valid: "Values" must be an object of texts.`);
}

function parsedJson(text: string): unknown {
  try {
    // Visual Studio begins it with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${FILE} is not valid JSON: ${String(error)}`, { cause: error });
  }
}
