import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../../shared/telemetry/Telemetry';

/** DATA_FOLDER, default `.data`, made where it is missing. @throws Error that names it when it cannot be written to */
export function dataFolder(given: string | undefined): string {
  const folder = resolve(given === undefined || given === '' ? '.data' : given);
  try {
    make(folder);
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    throw new Error(`DATA_FOLDER (${folder}) must be a folder that can be written to: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** One level after the other: the recursive form of mkdir never returns where the system refuses any folder (/proc). */
function make(folder: string): void {
  const known = statSync(folder, { throwIfNoEntry: false });
  if (known?.isDirectory() === true) return;
  if (known === undefined) make(dirname(folder));
  mkdirSync(folder);
}
