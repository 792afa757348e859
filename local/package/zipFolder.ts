import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { zipSync, type Zippable } from 'fflate';

/** The first day that a zip can name, in whatever zone it is read: the same content is the same file, byte by byte. */
const NO_TIME = new Date(1980, 0, 1);

/** @returns the folder's files as a zip, in the order of their names, without times or rights of this machine */
export async function zipFolder(folder: string): Promise<Uint8Array> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const content: Zippable = {};
  const named = files.map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }));
  for (const { path, name } of named.sort((a, b) => (a.name < b.name ? -1 : 1))) content[name] = await readFile(path);
  return zipSync(content, { level: 9, mtime: NO_TIME });
}
