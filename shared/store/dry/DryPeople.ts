import { UNKNOWN_PERSON } from '../../model/ManagedPerson';
import { NO_FACTS, type SourceFacts } from '../../model/SourceFacts';
import { bucketIndexOf, goneSince, PeopleTable, type Someone, type SourceRead } from '../PeopleTable';

/** People as stored, with what a dry run read of them on top; nothing is written. */
export class DryPeople extends PeopleTable {
  readonly #reads = new Map<string, SourceRead>();

  override putRead(reads: ReadonlyMap<string, SourceRead>): Promise<void> {
    for (const [id, read] of reads) this.#reads.set(id, read);
    return Promise.resolve();
  }

  override async someone(sourceId: string): Promise<Someone> {
    return this.#withRead(await super.someone(sourceId));
  }

  override async bucket(index: number): Promise<Someone[]> {
    const known = (await super.bucket(index)).map((one) => this.#withRead(one));
    const ids = new Set(known.map((one) => one.sourceId));
    const more = [...this.#reads.keys()].filter((id) => bucketIndexOf(id) === index && !ids.has(id));
    // The bucket holds both rows of everybody: whoever is not in it has none.
    return [...known, ...more.map((id) => this.#withRead(strangerOf(id)))];
  }

  override putJudged(): Promise<void> {
    return Promise.resolve();
  }

  override forgetFacts(): Promise<void> {
    return Promise.resolve();
  }

  #withRead(one: Someone): Someone {
    const read = this.#reads.get(one.sourceId);
    if (read === undefined) return one;
    const known = one.hasFacts ? one.facts : NO_FACTS;
    const facts: SourceFacts = read.attributes === null ? goneSince(known, read) : { ...known, ...read };
    return { ...one, facts, hasFacts: true };
  }
}

/** Somebody of whom nothing is stored. */
const strangerOf = (sourceId: string): Someone => ({
  sourceId,
  managed: { person: UNKNOWN_PERSON, etag: null },
  facts: NO_FACTS,
  hasFacts: false,
});
