import type { PeopleTable, SourceRead } from '../../../store/PeopleTable';

/** People held before they are stored. */
const SIZE = 3_000;

/**
 * Stores what a message of the planner reads of people: who is in several groups once, and many in few transactions. A
 * slice is done when everything is stored; one that broke off is read again.
 */
export class PeopleRead {
  #open = new Map<string, SourceRead>();
  readonly #seen = new Set<string>();

  constructor(private readonly people: PeopleTable) {}

  /** A person's first read of a cycle counts: the facts rest on the earliest one, and a later change is news to the next. */
  async add(reads: Iterable<readonly [id: string, read: SourceRead]>): Promise<void> {
    for (const [id, read] of reads) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      this.#open.set(id, read);
    }
    if (this.#open.size >= SIZE) await this.flush();
  }

  async flush(): Promise<void> {
    const reads = this.#open;
    this.#open = new Map();
    await this.people.putRead(reads);
  }
}
