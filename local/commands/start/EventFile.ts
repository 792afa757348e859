import { createWriteStream, type WriteStream } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** The lines of one run, in a file that begins anew with each. */
export class EventFile {
  readonly #stream: WriteStream;

  constructor(readonly path: string) {
    this.#stream = createWriteStream(path, { mode: 0o600 });
  }

  write(line: string): void {
    this.#stream.write(`${stripVTControlCharacters(line)}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }
}
