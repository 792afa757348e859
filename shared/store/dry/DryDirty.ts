import { newMark } from '../../model/Mark';
import { DirtyTable, type StoredMark } from '../DirtyTable';

/** The dirty set as stored, with whom a dry run found changed; no mark is written, and none is answered. */
export class DryDirty extends DirtyTable {
  #userGroups: StoredMark | undefined;
  readonly #people = new Map<string, StoredMark>();
  readonly #groups = new Map<string, StoredMark>();
  readonly #answeredGroups = new Set<string>();

  override mark(ids: Iterable<string>, since: number, why: string): Promise<void> {
    for (const id of ids) this.#people.set(id, { ...newMark(since, why), id, etag: '' });
    return Promise.resolve();
  }

  override markLater(): Promise<void> {
    return Promise.resolve();
  }

  override markGroups(ids: Iterable<string>, since: number, why: string, wait: number | null = null): Promise<void> {
    for (const id of ids) this.#groups.set(id, { ...newMark(since, why), wait, id, etag: '' });
    return Promise.resolve();
  }

  override async *due(nowMs: number, after = ''): AsyncGenerator<StoredMark> {
    const due = new Map([...this.#people].filter(([id]) => id > after));
    // What is known of an absence, or of escrow, stands with the stored mark.
    for await (const mark of super.due(nowMs, after)) due.set(mark.id, mark);
    for (const id of [...due.keys()].sort()) {
      const mark = due.get(id);
      if (mark !== undefined) yield mark;
    }
  }

  override async *dueGroups(nowMs: number): AsyncGenerator<StoredMark> {
    const due = new Map([...this.#groups].filter(([, mark]) => (mark.wait ?? 0) <= nowMs));
    for await (const mark of super.dueGroups(nowMs)) due.set(mark.id, mark);
    for (const [id, mark] of due) if (!this.#answeredGroups.has(id)) yield mark;
  }

  override async *all(): AsyncGenerator<StoredMark> {
    const all = new Map(this.#people);
    for await (const mark of super.all()) all.set(mark.id, mark);
    yield* all.values();
  }

  override markUserGroups(since: number, why: string): Promise<void> {
    this.#userGroups = { ...newMark(since, why), id: 'all', etag: '' };
    return Promise.resolve();
  }

  /** What was marked is due at once, though the stored mark may wait. */
  override async userGroups(): Promise<StoredMark | undefined> {
    return this.#userGroups ?? super.userGroups();
  }

  override lookAgainAtUserGroups(): Promise<void> {
    return Promise.resolve();
  }

  override answerGroup(mark: StoredMark): Promise<void> {
    this.#answeredGroups.add(mark.id);
    return Promise.resolve();
  }

  override lookAgainAtGroup(mark: StoredMark): Promise<void> {
    return this.answerGroup(mark);
  }

  override doubtGroup(mark: StoredMark): Promise<void> {
    return this.answerGroup(mark);
  }

  override doubtGroups(): Promise<void> {
    return Promise.resolve();
  }
}
