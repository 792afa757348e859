/**
 * People, in 16 partitions by hash: `p:` the row that decides (ManagedPerson), `s:` what Entra said (SourceFacts, the
 * planner's own), `f:` log entries, newest cycle first. The three kinds lie in ranges of their own, so that reading
 * everybody costs the same however long the history is, and a person's history is one query.
 *
 * Upholds I08 (every change of `p:` is guarded by the etag that was read) and I12 (a write's result and its log entry
 * are one transaction).
 */
import { inParallel } from '../concurrency/inParallel';
import { Together } from '../concurrency/Together';
import { hash32 } from '../model/hash';
import { logEntrySchema, type LogEntry } from '../model/LogEntry';
import { lastTie, managedPersonSchema, UNKNOWN_PERSON, type ManagedPerson } from '../model/ManagedPerson';
import { NO_FACTS, sourceFactsSchema, type SourceFacts } from '../model/SourceFacts';
import type { OpenTable } from './connectTables';
import { longText, readLongText } from './longText';
import { readJson } from './readJson';
import { Table, type StoredRow, type Write } from './Table';

/** Enough partitions for 2,000 rows/s each never to be a limit, few enough to walk: the smallest company reads them all. */
export const PEOPLE_BUCKETS = 16;

const PARALLEL_BUCKETS = 16;

/** What people are looked up by. */
export interface PersonNames {
  readonly displayName: string;
  readonly mail: string | null;
  readonly userPrincipalName: string | null;
}

/** A person's row as read. */
export interface StoredPerson {
  readonly person: ManagedPerson;
  /** Null while there is no row. */
  readonly etag: string | null;
}

/** Everything stored of one person but the log. */
export interface Someone {
  readonly sourceId: string;
  readonly managed: StoredPerson | 'unreadable';
  readonly facts: SourceFacts;
  readonly hasFacts: boolean;
}

export type SourceRead = Pick<SourceFacts, 'displayName' | 'attributes' | 'deleted' | 'readAt' | 'readIn'>;
export type SourceJudged = Pick<SourceFacts, 'via' | 'within' | 'wants' | 'wantedEmail' | 'inUseAt' | 'skipLogged'>;

export class PeopleTable {
  readonly #table: Table;
  /** Who asks for a name nobody has walks all buckets: never several times at once. */
  readonly #names = new Together<'everybody', ReadonlyMap<string, PersonNames>>(async () => {
    const names = await this.#readNames();
    return () => names;
  });
  readonly #called = new Together<string, readonly string[]>(async (addresses) => {
    const found = await this.#readCalled(addresses);
    return (address) => found.get(address) ?? [];
  });

  constructor(open: OpenTable) {
    this.#table = new Table(open('People'));
  }

  /** @throws UnreadableRow */
  async get(sourceId: string): Promise<StoredPerson> {
    const row = await this.#table.get(bucketOf(sourceId), `p:${sourceId}`);
    return row === undefined ? { person: UNKNOWN_PERSON, etag: null } : storedPerson(row);
  }

  /** @returns undefined when nothing was read of the person yet */
  async facts(sourceId: string): Promise<SourceFacts | undefined> {
    const row = await this.#table.get(bucketOf(sourceId), `s:${sourceId}`);
    return row === undefined ? undefined : factsOf(row);
  }

  /** Both rows of a person; never throws for a row that cannot be read. */
  async someone(sourceId: string): Promise<Someone> {
    const bucket = bucketOf(sourceId);
    const [person, facts] = await Promise.all([
      this.#table.get(bucket, `p:${sourceId}`),
      this.#table.get(bucket, `s:${sourceId}`),
    ]);
    return someoneOf(sourceId, person, facts);
  }

  /** Everybody of one bucket, 0 to PEOPLE_BUCKETS - 1. */
  async bucket(index: number): Promise<Someone[]> {
    const persons = new Map<string, StoredRow>();
    const facts = new Map<string, StoredRow>();
    // Nothing lies between the two kinds: one request reads both.
    for await (const row of this.#table.range(bucketName(index), 'p:', 's:')) {
      const rows = row.rowKey.startsWith('p:') ? persons : facts;
      rows.set(row.rowKey.slice('p:'.length), row);
    }
    const ids = [...new Set([...persons.keys(), ...facts.keys()])].sort();
    return ids.map((id) => someoneOf(id, persons.get(id), facts.get(id)));
  }

  /** Ids of everybody whose account is active: what a share of removals is a share of. Rows that cannot be read count, too. */
  async activeIds(): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const buckets = Array.from({ length: PEOPLE_BUCKETS }, (_, index) => index);
    await inParallel(buckets, PARALLEL_BUCKETS, async (index) => {
      for await (const row of this.#table.range(bucketName(index), 'p:'))
        if (isActive(row)) ids.add(row.rowKey.slice('p:'.length));
    });
    return ids;
  }

  /** Who everybody is, by source id: for a search, as the tables have no index by name. */
  names(): Promise<ReadonlyMap<string, PersonNames>> {
    return this.#names.ask('everybody');
  }

  async #readNames(): Promise<ReadonlyMap<string, PersonNames>> {
    const names = new Map<string, PersonNames>();
    const buckets = Array.from({ length: PEOPLE_BUCKETS }, (_, index) => index);
    await inParallel(buckets, PARALLEL_BUCKETS, async (index) => {
      for await (const row of this.#table.range(bucketName(index), 's:'))
        names.set(row.rowKey.slice('s:'.length), namesOf(factsOf(row)));
    });
    return names;
  }

  /** Ids of whom Entra showed last under this address, or whose account has it, in any letter case: also of the deleted. */
  called(address: string): Promise<readonly string[]> {
    return this.#called.ask(address.toLowerCase());
  }

  async #readCalled(addresses: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    const written = [...addresses].map((one) => JSON.stringify(one).slice(1, -1));
    await inParallel([...Array(PEOPLE_BUCKETS).keys()], PARALLEL_BUCKETS, async (index) => {
      // Reading everybody's rows as what they are takes long; most of them do not hold the address at all.
      const candidates = new Set<string>();
      for await (const row of this.#table.range(bucketName(index), 'p:', 's:')) {
        const text = ['person', 'read', 'judged'].map((name) => readLongText(row, name) ?? '').join('\n');
        const lower = text.toLowerCase();
        if (written.some((one) => lower.includes(one))) candidates.add(row.rowKey.slice('p:'.length));
      }
      for (const sourceId of candidates) {
        const { facts, managed } = await this.someone(sourceId);
        const { mail, userPrincipalName } = namesOf(facts);
        const link = managed === 'unreadable' ? null : managed.person.link;
        const all = [mail, userPrincipalName, facts.wantedEmail, link?.applied.email];
        for (const one of new Set(all.map((text) => text?.toLowerCase())))
          if (one !== undefined && addresses.has(one)) found.set(one, [...(found.get(one) ?? []), sourceId]);
      }
    });
    return found;
  }

  /**
   * Changes the person's row and writes log entries, all or nothing.
   * @param etag of the row that was read; null when there was none
   * @returns the new etag; undefined when somebody changed the row meanwhile and nothing was written
   */
  async change(
    sourceId: string,
    person: ManagedPerson,
    etag: string | null,
    entries: readonly LogEntry[] = [],
  ): Promise<string | undefined> {
    const partitionKey = bucketOf(sourceId);
    // A tie takes the place of one that was forgotten.
    const { last, ...rest }: ManagedPerson = person.link === null ? person : { ...person, untied: null };
    const row = {
      partitionKey,
      rowKey: `p:${sourceId}`,
      ...longText('person', JSON.stringify(rest)),
      ...longText('last', JSON.stringify(last)),
    };
    const committed = await this.#table.transact([
      etag === null ? { kind: 'create', row } : { kind: 'guarded', row, etag },
      ...this.#entryWrites(partitionKey, entries),
    ]);
    return committed?.get(row.rowKey);
  }

  /**
   * Ends a person's part in a cycle without reading the rest of the row: for rows of another release.
   * @returns false when there is no row
   */
  async end(sourceId: string, last: ManagedPerson['last'], entries: readonly LogEntry[]): Promise<boolean> {
    const partitionKey = bucketOf(sourceId);
    const row = await this.#table.get(partitionKey, `p:${sourceId}`);
    if (row === undefined) return false;
    const committed = await this.#table.transact([
      {
        kind: 'guardedMerge',
        row: { partitionKey, rowKey: row.rowKey, ...longText('last', JSON.stringify(last)) },
        etag: row.etag,
      },
      ...this.#entryWrites(partitionKey, entries),
    ]);
    return committed !== undefined;
  }

  #entryWrites(partitionKey: string, entries: readonly LogEntry[]): Write[] {
    return entries.map((entry) => ({
      kind: 'replace',
      row: { partitionKey, rowKey: entryKey(entry), ...longText('entry', JSON.stringify(entry)) },
    }));
  }

  /** What the planner read from Entra. Of who is gone there, what it showed last stays. */
  async putRead(reads: ReadonlyMap<string, SourceRead>): Promise<void> {
    await this.#table.write(
      [...reads].map(([sourceId, read]): Write => ({
        kind: 'merge',
        row: {
          partitionKey: bucketOf(sourceId),
          rowKey: `s:${sourceId}`,
          ...(read.attributes === null
            ? longText('gone', JSON.stringify(read))
            : { ...longText('read', JSON.stringify(read)), ...longText('gone', '') }),
        },
      })),
    );
  }

  /** What the planner made of it, and what it logged without giving it to a lane. */
  async putJudged(judged: ReadonlyMap<string, SourceJudged>, entries: readonly LogEntry[]): Promise<void> {
    await this.#table.write([
      ...[...judged].map(([sourceId, one]): Write => ({
        kind: 'merge',
        row: {
          partitionKey: bucketOf(sourceId),
          rowKey: `s:${sourceId}`,
          ...longText('judged', JSON.stringify(one)),
        },
      })),
      ...entries.flatMap((entry) => this.#entryWrites(bucketOf(entry.sourceId), [entry])),
    ]);
  }

  /** Deletes what Entra said of people who are long gone; their `p:` rows and logs stay. */
  async forgetFacts(sourceIds: readonly string[]): Promise<void> {
    await this.#table.write(
      sourceIds.map((id): Write => ({ kind: 'delete', row: { partitionKey: bucketOf(id), rowKey: `s:${id}` } })),
    );
  }

  /** The person's log, newest cycle first. */
  async *log(sourceId: string): AsyncGenerator<LogEntry> {
    for await (const row of this.#table.range(bucketOf(sourceId), `f:${sourceId}:`)) yield entryOf(row);
  }

  /** The person's writes of one cycle. */
  async writesOf(sourceId: string, cycleId: string): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const row of this.#table.range(bucketOf(sourceId), `f:${sourceId}:${cycleId}:`)) {
      const entry = entryOf(row);
      if (entry.intentId !== null) entries.push(entry);
    }
    return entries;
  }

  /** Corrects an entry whose write did not take. */
  async correct(entries: readonly LogEntry[]): Promise<void> {
    await this.#table.write(entries.flatMap((entry) => this.#entryWrites(bucketOf(entry.sourceId), [entry])));
  }

  /** Deletes what the log says of a person in one cycle. */
  async forgetLog(sourceId: string, cycleId: string): Promise<void> {
    await this.#table.deleteAll(this.#table.range(bucketOf(sourceId), `f:${sourceId}:${cycleId}:`));
  }
}

const bucketName = (index: number): string => `b${String(index).padStart(2, '0')}`;
/** The bucket of a person, 0 to PEOPLE_BUCKETS - 1. */
export const bucketIndexOf = (sourceId: string): number => hash32(sourceId) % PEOPLE_BUCKETS;
const bucketOf = (sourceId: string): string => bucketName(bucketIndexOf(sourceId));

/** One entry a write, and one for the end of a cycle without a write. */
const entryKey = (entry: LogEntry): string =>
  `f:${entry.sourceId}:${entry.cycleId}:${entry.intentId === null ? 'end' : `w-${entry.intentId}`}`;

const entryOf = (row: StoredRow): LogEntry => readJson(row, 'entry', logEntrySchema);

function storedPerson(row: StoredRow): StoredPerson {
  const person = readJson(row, 'person', managedPersonSchema, '{}');
  return { person: { ...person, last: readJson(row, 'last', managedPersonSchema.shape.last, 'null') }, etag: row.etag };
}

function isActive(row: StoredRow): boolean {
  try {
    return lastTie(storedPerson(row).person)?.state === 'active';
  } catch {
    return true;
  }
}

/** Facts are only a memory: what cannot be read is read from Entra again. */
function factsOf(row: StoredRow): SourceFacts {
  try {
    const read = sourceFactsSchema.parse({
      ...(JSON.parse(readLongText(row, 'read') ?? '{}') as object),
      ...(JSON.parse(readLongText(row, 'judged') ?? '{}') as object),
    });
    const gone = readLongText(row, 'gone') ?? '';
    return gone === '' ? read : goneSince(read, JSON.parse(gone) as SourceRead);
  } catch {
    return NO_FACTS;
  }
}

/** What is known of somebody whom Entra does not show any more. */
export const goneSince = (facts: SourceFacts, read: SourceRead): SourceFacts =>
  sourceFactsSchema.parse({
    ...facts,
    ...read,
    displayName: read.displayName === '' ? facts.displayName : read.displayName,
    lastAttributes: facts.attributes ?? facts.lastAttributes,
  });

export function namesOf({ attributes, lastAttributes, displayName }: SourceFacts): PersonNames {
  const text = (name: string): string | null => {
    const value = (attributes ?? lastAttributes)?.[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return { displayName, mail: text('mail'), userPrincipalName: text('userPrincipalName') };
}

function someoneOf(sourceId: string, person: StoredRow | undefined, facts: StoredRow | undefined): Someone {
  let managed: StoredPerson | 'unreadable';
  try {
    managed = person === undefined ? { person: UNKNOWN_PERSON, etag: null } : storedPerson(person);
  } catch {
    managed = 'unreadable';
  }
  return {
    sourceId,
    managed,
    facts: facts === undefined ? NO_FACTS : factsOf(facts),
    hasFacts: facts !== undefined,
  };
}
