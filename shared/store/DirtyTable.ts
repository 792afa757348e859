/**
 * The dirty set: who has to be looked at again, and why. Escrow is the same row with a time to wait for.
 *
 * Upholds I02 and I04: marks are stored before the basis of comparison and the watermark move, and are deleted only
 * under the etag that gather read, by the closer of a real cycle (docs/protocol.md R1, R2, R3).
 */
import { odata } from '@azure/data-tables';
import { inParallel } from '../concurrency/inParallel';
import { markSchema, newMark, type Mark } from '../model/Mark';
import type { OpenTable } from './connectTables';
import { longText, readLongText } from './longText';
import { Table, type StoredRow, type Write } from './Table';

const PEOPLE = 'people';
const GROUPS = 'groups';
/** One row: user groups are judged together. */
const USER_GROUPS = 'userGroups';
/** Marks changed in one transaction. */
const SIZE = 100;
const PARALLEL = 16;

/** A mark as read; its etag guards its end. */
export interface StoredMark extends Mark {
  readonly id: string;
  readonly etag: string;
}

export class DirtyTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Dirty'));
  }

  /** Marks people; a mark that was there becomes younger and due at once, and keeps what is known of an absence. */
  async mark(ids: Iterable<string>, since: number, why: string): Promise<void> {
    await this.#put(PEOPLE, ids, newMark(since, why));
  }

  /** Marks groups whose members must be read (again). @param wait not before this moment (ms) */
  async markGroups(ids: Iterable<string>, since: number, why: string, wait: number | null = null): Promise<void> {
    await this.#put(GROUPS, ids, { ...newMark(since, why), wait });
  }

  /** Marks a person whose account must be looked at in GoTo, whatever the stored values say. */
  async markForLook(id: string, since: number, why: string): Promise<void> {
    const mark = { ...newMark(since, why), attempts: 1 };
    await this.#table.write([{ kind: 'replace', row: rowOf(id, mark) }]);
  }

  /** Marks people not before a moment (ms): what was read too early to be believed. */
  async markLater(ids: Iterable<string>, since: number, why: string, wait: number): Promise<void> {
    await this.#put(PEOPLE, ids, { ...newMark(since, why), wait });
  }

  async #put(partitionKey: string, ids: Iterable<string>, mark: Mark): Promise<void> {
    // Escrow's count and an absence that waits for its second read survive: only the columns of a new mark are written.
    const { since, why, wait } = mark;
    await this.#table.write(
      [...new Set(ids)].map((id): Write => ({
        kind: 'merge',
        row: { partitionKey, rowKey: id, since: String(since), why, due: dueText(wait) },
      })),
    );
  }

  /** @returns undefined when the person is not marked */
  async get(id: string): Promise<StoredMark | undefined> {
    const row = await this.#table.get(PEOPLE, id);
    return row === undefined ? undefined : markOf(row);
  }

  /** Marks that are due, in order of ids. @param after only ids behind this one */
  async *due(nowMs: number, after = ''): AsyncGenerator<StoredMark> {
    const filter = odata`RowKey gt ${after} and due le ${dueText(nowMs)}`;
    for await (const row of this.#table.partition(PEOPLE, filter)) yield markOf(row);
  }

  /** Groups whose marks are due. */
  async *dueGroups(nowMs: number): AsyncGenerator<StoredMark> {
    for await (const row of this.#table.partition(GROUPS, odata`due le ${dueText(nowMs)}`)) yield markOf(row);
  }

  /** Every mark, due or not. */
  async *all(): AsyncGenerator<StoredMark> {
    for await (const row of this.#table.partition(PEOPLE)) yield markOf(row);
  }

  /** Deletes marks whose etags are still the ones that gather read; others survive. */
  async answer(marks: readonly { readonly id: string; readonly etag: string }[]): Promise<void> {
    // One by one: the SDK's transactions delete without a guard.
    await inParallel(marks, PARALLEL, async ({ id, etag }) => {
      await this.#table.delete(PEOPLE, id, etag);
    });
  }

  /** Changes marks that are still the ones that gather read. */
  async keep(marks: readonly { readonly id: string; readonly etag: string; readonly mark: Mark }[]): Promise<void> {
    await this.#guarded(marks.map(({ id, etag, mark }) => ({ kind: 'guarded', row: rowOf(id, mark), etag })));
  }

  /** Marks people who have none. */
  async ensure(marks: readonly { readonly id: string; readonly mark: Mark }[]): Promise<void> {
    await this.#guarded(marks.map(({ id, mark }) => ({ kind: 'create', row: rowOf(id, mark) })));
  }

  /** User groups are to be judged again. @param wait not before this moment (ms) */
  async markUserGroups(since: number, why: string, wait: number | null = null): Promise<void> {
    await this.#put(USER_GROUPS, ['all'], { ...newMark(since, why), wait });
  }

  /** The mark of the user groups, due or not. */
  async userGroups(): Promise<StoredMark | undefined> {
    const row = await this.#table.get(USER_GROUPS, 'all');
    return row === undefined ? undefined : markOf(row);
  }

  /** Judges user groups once more: what was read was too young for what was seen. @param wait not before this moment (ms) */
  async lookAgainAtUserGroups(mark: StoredMark, wait: number): Promise<void> {
    await this.#table.replaceIfUnchanged(
      { ...rowOf(mark.id, { ...mark, wait }), partitionKey: USER_GROUPS },
      mark.etag,
    );
  }

  /** Deletes the mark of the user groups if it is still the one that was read. */
  async answerUserGroups(etag: string): Promise<void> {
    await this.#table.delete(USER_GROUPS, 'all', etag);
  }

  /**
   * Whoever failed before is due at once, and waits short again after the next failure. That the account has to be looked
   * at stays known, and what is known of an absence. A mark that changes meanwhile stays as it has become.
   */
  async forgetWaits(isMeant: (mark: StoredMark) => boolean = () => true): Promise<void> {
    let waiting: StoredMark[] = [];
    const flush = async (): Promise<void> => {
      await this.keep(
        waiting.map((mark) => ({ id: mark.id, etag: mark.etag, mark: { ...mark, attempts: 1, wait: null } })),
      );
      waiting = [];
    };
    for await (const mark of this.all()) {
      if (mark.attempts > 0 && isMeant(mark)) waiting.push(mark);
      if (waiting.length >= SIZE) await flush();
    }
    await flush();
  }

  /** Deletes the group's mark if it is still the one that was read. */
  async answerGroup(mark: StoredMark): Promise<void> {
    await this.#table.delete(GROUPS, mark.id, mark.etag);
  }

  /** Reads a group once more: the read was too young for what was seen. @param wait not before this moment (ms) */
  async lookAgainAtGroup(mark: StoredMark, wait: number): Promise<void> {
    await this.#keepGroup(mark, { ...mark, absentSince: null, wait });
  }

  /** @param doubtSince since when (ms) the group's answer is doubted */
  async doubtGroup(mark: StoredMark, doubtSince: number, wait: number): Promise<void> {
    await this.#keepGroup(mark, { ...mark, absentSince: doubtSince, wait });
  }

  /** The same for groups that may have no mark yet; one that is there stays as it is. */
  async doubtGroups(ids: readonly string[], doubtSince: number, wait: number): Promise<void> {
    const mark: Mark = { ...newMark(doubtSince, 'counted'), absentSince: doubtSince, wait };
    await this.#guarded(ids.map((id) => ({ kind: 'create', row: { ...rowOf(id, mark), partitionKey: GROUPS } })));
  }

  /** Groups whose lists have been doubted since this moment (ms), or longer. */
  async doubtedGroups(since: number): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for await (const row of this.#table.partition(GROUPS)) {
      const { id, absentSince } = markOf(row);
      if (absentSince !== null && absentSince <= since) ids.add(id);
    }
    return ids;
  }

  async #keepGroup(mark: StoredMark, next: Mark): Promise<void> {
    await this.#table.replaceIfUnchanged({ ...rowOf(mark.id, next), partitionKey: GROUPS }, mark.etag);
  }

  /** Each write by itself where one of a transaction lost its guard. */
  async #guarded(writes: readonly Write[]): Promise<void> {
    for (let start = 0; start < writes.length; start += SIZE) {
      const part = writes.slice(start, start + SIZE);
      if (await this.#table.transact(part)) continue;
      await Promise.all(part.map((write) => this.#table.transact([write])));
    }
  }
}

/** Sorts and compares as text: Table Storage has no column of 53 bits. */
const dueText = (moment: number | null): string => String(Math.max(0, Math.ceil(moment ?? 0))).padStart(16, '0');

const rowOf = (id: string, { since, why, wait, ...more }: Mark) => ({
  partitionKey: PEOPLE,
  rowKey: id,
  since: String(since),
  why,
  due: dueText(wait),
  ...longText(
    'more',
    JSON.stringify({
      attempts: more.attempts,
      code: more.code,
      message: more.message,
      absentSince: more.absentSince,
      seatSince: more.seatSince,
    }),
  ),
});

/** A mark that cannot be read in part is still a mark: the person is looked at. */
function markOf(row: StoredRow): StoredMark {
  const since = Number(row['since'] ?? 0);
  const wait = Number(row['due'] ?? 0);
  const known = newMark(since, String(row['why'] ?? ''));
  let more: unknown = {};
  try {
    more = JSON.parse(readLongText(row, 'more') ?? '{}');
  } catch {
    more = {};
  }
  const parsed = markSchema.safeParse({ ...known, ...(more as object), since, wait: wait === 0 ? null : wait });
  return { ...(parsed.success ? parsed.data : known), id: row.rowKey, etag: row.etag };
}
