/**
 * What the queues of a broker hold, in one file that survives the process: every change is one line at its end, written
 * before the client hears of it. A kill leaves at most a torn last line, of which nobody was told.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { Clock } from '../../../shared/model/Clock';
import type { QueuedMessage } from './QueuedMessage';

/** A change of one queue. */
export type JournalEntry =
  /** A message that is there, in place of one with its number. */
  | { readonly put: QueuedMessage }
  /** The message of a number is not there any more. */
  | { readonly gone: number }
  /** The message of a number comes back with another count of deliveries. */
  | { readonly count: number; readonly deliveries: number }
  /** A message id that is a duplicate until then. */
  | { readonly seen: string; readonly until: number }
  /** The last sequence number that was given. */
  | { readonly last: number }
  | { readonly session: string; readonly state: Buffer | undefined };

/** Takes the changes of one queue. */
export interface QueueLog {
  write(...entries: readonly JournalEntry[]): void;
}

/** What a queue held. */
export class KeptQueue {
  lastSequence = 0;
  readonly messages = new Map<number, QueuedMessage>();
  readonly seen = new Map<string, number>();
  readonly sessionStates = new Map<string, Buffer>();

  apply(entry: JournalEntry): void {
    if ('put' in entry) {
      this.messages.set(entry.put.sequence, entry.put);
      this.lastSequence = Math.max(this.lastSequence, entry.put.sequence);
    } else if ('gone' in entry) this.messages.delete(entry.gone);
    else if ('count' in entry) {
      const message = this.messages.get(entry.count);
      if (message !== undefined) message.deliveryCount = entry.deliveries;
    } else if ('seen' in entry) this.seen.set(entry.seen, entry.until);
    else if ('last' in entry) this.lastSequence = Math.max(this.lastSequence, entry.last);
    else if (entry.state === undefined) this.sessionStates.delete(entry.session);
    else this.sessionStates.set(entry.session, entry.state);
  }

  /** The changes that lead from an empty queue to this one. Ids that are over are forgotten: a host runs for a year. */
  entries(now: number): JournalEntry[] {
    for (const [id, until] of this.seen) if (until <= now) this.seen.delete(id);
    return [
      { last: this.lastSequence },
      ...[...this.seen].map(([seen, until]) => ({ seen, until })),
      ...[...this.sessionStates].map(([session, state]) => ({ session, state })),
      ...[...this.messages.values()].map((put) => ({ put })),
    ];
  }
}

/** The file is written anew when it has grown by so many bytes. */
const REWRITE_AFTER = 32 * 1024 * 1024;

export class QueueJournal {
  readonly #queues = new Map<string, KeptQueue>();
  #descriptor: number;
  #grown = 0;
  #isClosed = false;

  /** @throws Error that names the file when it is no journal, or cannot be read or written */
  constructor(
    private readonly file: string,
    private readonly clock: Clock,
  ) {
    for (const [queue, entry] of linesOf(file)) this.queue(queue).apply(entry);
    this.#descriptor = this.#rewrite();
  }

  /** What a queue holds; nothing when it is new. */
  queue(name: string): KeptQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new KeptQueue();
    this.#queues.set(name, queue);
    return queue;
  }

  /** Where the changes of one queue go. */
  logOf(name: string): QueueLog {
    const queue = this.queue(name);
    return {
      write: (...entries) => {
        // Locks go on to run out in a process that has stopped its broker.
        if (this.#isClosed) return;
        for (const entry of entries) queue.apply(entry);
        const text = entries.map((entry) => lineOf(name, entry)).join('');
        this.#grown += writeSync(this.#descriptor, text);
        if (this.#grown < REWRITE_AFTER) return;
        closeSync(this.#descriptor);
        this.#descriptor = this.#rewrite();
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  /** Leaves out what has come and gone. @returns the descriptor of the new file */
  #rewrite(): number {
    const now = this.clock.now();
    const lines = [...this.#queues].flatMap(([name, queue]) => queue.entries(now).map((entry) => lineOf(name, entry)));
    const next = `${this.file}.next`;
    writeFileSync(next, lines.join(''), { mode: 0o600 });
    renameSync(next, this.file);
    this.#grown = 0;
    return openSync(this.file, 'a');
  }
}

/** V8's own form keeps bytes, dates and endless times, which JSON would not. */
const lineOf = (queue: string, entry: JournalEntry): string => `${serialize([queue, entry]).toString('base64')}\n`;

const entrySchema = z.tuple([z.string(), z.custom<JournalEntry>((value) => typeof value === 'object')]);

function linesOf(file: string): [string, JournalEntry][] {
  if (!existsSync(file)) return [];
  // What stands behind the last line break was not finished.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return entrySchema.parse(deserialize(Buffer.from(line, 'base64')));
    } catch (error) {
      throw new Error(`${file} cannot be read (line ${index + 1}): delete it, and the queues begin empty.`, {
        cause: error,
      });
    }
  });
}
