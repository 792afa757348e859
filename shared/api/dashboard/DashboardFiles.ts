/** The page's files as built: read once when the first is asked for, so that a cold start does not pay for them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.array(
  z.object({ name: z.string(), contentType: z.string(), digest: z.string(), isImmutable: z.boolean() }),
);

/** One file, compressed both ways. */
export interface DashboardFile {
  readonly contentType: string;
  readonly digest: string;
  /** Its name changes with its content. */
  readonly isImmutable: boolean;
  readonly br: Uint8Array;
  readonly gzip: Uint8Array;
}

export class DashboardFiles {
  #files: Promise<ReadonlyMap<string, DashboardFile>> | undefined;

  /** @param folder as `dashboard/build.mjs` wrote it */
  constructor(private readonly folder: string) {}

  /** No path of a request ever touches the disk: only names of the manifest are known. @returns undefined for any other */
  async get(name: string): Promise<DashboardFile | undefined> {
    this.#files ??= this.#readOrForget();
    return (await this.#files).get(name);
  }

  /** What could not be read is tried again by the next request. */
  #readOrForget(): Promise<ReadonlyMap<string, DashboardFile>> {
    const files = this.#read();
    files.catch(() => (this.#files = undefined));
    return files;
  }

  async #read(): Promise<ReadonlyMap<string, DashboardFile>> {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(this.folder, 'manifest.json'), 'utf8')));
    return new Map(
      await Promise.all(
        manifest.map(async ({ name, ...facts }): Promise<[string, DashboardFile]> => [
          name,
          {
            ...facts,
            br: await readFile(join(this.folder, `${name}.br`)),
            gzip: await readFile(join(this.folder, `${name}.gz`)),
          },
        ]),
      ),
    );
  }
}
