/**
 * One row a person: what Entra says (`source`), what should be (`desired`), and how the person stands in GoTo
 * (`link`, `pending`, `last`). The planner writes the first half and the lane of the person the second, in separate
 * columns, so the two never undo each other.
 */
import { odata } from '@azure/data-tables';
import { z } from 'zod';
import type { Account } from '../model/Account';
import type { Desired } from '../model/Desired';
import { hash32 } from '../model/hash';
import type { Link } from '../model/Link';
import type { Person } from '../model/Person';
import { REASONS, type Reason } from '../model/Reason';
import type { OpenTable } from './connectTables';
import { Table, type Row, type StoredRow, type Write } from './Table';

/** Enough partitions for 2,000 rows/s each never to be a limit, few enough to walk. */
export const IDENTITY_BUCKETS = 16;

const attributeValue = z.union([z.string(), z.boolean(), z.number(), z.null(), z.array(z.string())]);
const reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);
const attributes = z.object({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
});
const attributeName = attributes.keyof();
const desired = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('active'),
    attributes,
    licenseKeys: z.array(z.string()),
    flows: z.partialRecord(attributeName, z.enum(['creation', 'ifEmpty'])).optional(),
    matching: z.array(z.string()).optional(),
    redacted: z.array(attributeName).optional(),
    switchedOff: z.array(z.enum(['create', 'update'])).optional(),
  }),
  z.object({ kind: z.literal('inactive'), reason }),
  z.object({ kind: z.literal('leave'), reason, detail: z.string().optional() }),
]);
const link = z.object({
  key: z.string(),
  origin: z.enum(['created', 'adopted']),
  state: z.enum(['active', 'disabled']),
  applied: attributes.extend({ licenseKeys: z.array(z.string()).readonly() }),
});
const account = z.object({
  key: z.string(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  locale: z.string().nullable(),
  timeZone: z.string().nullable(),
  status: z.string(),
  licenseKeys: z.array(z.string()),
  groupKey: z.string().nullable(),
  isAdmin: z.boolean(),
  identityReadOnly: z.boolean(),
});
const modified = z.array(
  z.object({ displayName: z.string(), oldValue: z.string().nullable(), newValue: z.string().nullable() }),
);
const pending = z.object({
  cycleId: z.string(),
  action: z.enum(['create', 'update', 'disable', 'reenable', 'link']),
  reason,
  link: link.nullable(),
  modified,
});
const last = z.object({
  cycleId: z.string(),
  action: z.enum(['create', 'link', 'update', 'disable', 'reenable']),
  reason,
  modified,
  warning: z.string().nullable(),
});

export type ModifiedProperty = z.output<typeof modified>[number];
/** A write that is about to be sent: found again after a crash, it is verified before anything is repeated (I03, I09). */
export type PendingWrite = z.output<typeof pending>;
/** The last write that is known to have happened; its cycle's log entry may still have to be written (I12). */
export type LastWrite = z.output<typeof last>;

export interface Identity {
  readonly sourceId: string;
  readonly person: Person | undefined;
  readonly deleted: 'soft' | 'hard' | undefined;
  readonly desired: Desired | undefined;
  /** Groups, or "direct", through which the person was last seen entitled. */
  readonly via: readonly string[];
  /** The GoTo row as listed in cycle `observedIn`, or proof that there is none. */
  readonly observed: Account | 'absent' | 'ambiguous' | undefined;
  readonly observedIn: string;
  readonly link: Link | undefined;
  readonly pending: PendingWrite | undefined;
  readonly last: LastWrite | undefined;
  /** The reason of the last skip that was logged, so that the same one is not logged every cycle. */
  readonly skipLogged: string;
}

/** What the planner knows anew of a person; an absent field stays as it is. */
export interface PlannedIdentity {
  readonly sourceId: string;
  readonly person?: Person;
  readonly deleted?: 'soft' | 'hard' | null;
  readonly desired?: Desired;
  readonly via?: readonly string[];
  readonly observed?: Account | 'absent' | 'ambiguous';
  readonly observedIn?: string;
  readonly skipLogged?: string;
}

/** What a lane learned or is about to do; `null` clears. */
export interface AppliedIdentity {
  readonly link?: Link | null;
  readonly pending?: PendingWrite | null;
  readonly last?: LastWrite;
}

export class IdentitiesTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('Identities'));
  }

  async get(sourceId: string): Promise<Identity | undefined> {
    const row = await this.#table.get(bucketOf(sourceId), sourceId);
    return row === undefined ? undefined : identityOf(row);
  }

  /** All people of one bucket, 0 to IDENTITY_BUCKETS - 1. */
  async *bucket(index: number): AsyncGenerator<Identity> {
    for await (const row of this.#table.partition(bucketName(index))) yield identityOf(row);
  }

  /** People whose link was touched in a cycle, for its closing check. */
  async *writtenIn(cycleId: string): AsyncGenerator<Identity> {
    for (let index = 0; index < IDENTITY_BUCKETS; index += 1) {
      for await (const row of this.#table.partition(bucketName(index), odata`lastIn eq ${cycleId}`))
        yield identityOf(row);
    }
  }

  async plan(identities: readonly PlannedIdentity[]): Promise<void> {
    await this.#table.write(identities.map((identity): Write => ({ kind: 'merge', row: plannedRow(identity) })));
  }

  async apply(sourceId: string, change: AppliedIdentity): Promise<void> {
    await this.#table.merge({
      partitionKey: bucketOf(sourceId),
      rowKey: sourceId,
      ...(change.link === undefined ? {} : { link: change.link === null ? '' : JSON.stringify(change.link) }),
      ...(change.pending === undefined
        ? {}
        : { pending: change.pending === null ? '' : JSON.stringify(change.pending) }),
      ...(change.last === undefined ? {} : { last: JSON.stringify(change.last), lastIn: change.last.cycleId }),
    });
  }
}

const bucketName = (index: number): string => `people-${String(index).padStart(2, '0')}`;
const bucketOf = (sourceId: string): string => bucketName(hash32(sourceId) % IDENTITY_BUCKETS);

function plannedRow(identity: PlannedIdentity): Row {
  return {
    partitionKey: bucketOf(identity.sourceId),
    rowKey: identity.sourceId,
    ...(identity.person === undefined ? {} : { source: JSON.stringify(identity.person.attributes) }),
    ...(identity.deleted === undefined ? {} : { deleted: identity.deleted ?? '' }),
    ...(identity.desired === undefined ? {} : { desired: JSON.stringify(identity.desired) }),
    ...(identity.via === undefined ? {} : { via: JSON.stringify(identity.via) }),
    ...(identity.observed === undefined ? {} : { observed: JSON.stringify(identity.observed) }),
    ...(identity.observedIn === undefined ? {} : { observedIn: identity.observedIn }),
    ...(identity.skipLogged === undefined ? {} : { skipLogged: identity.skipLogged }),
  };
}

function identityOf(row: StoredRow): Identity {
  const column = <S extends z.ZodType>(name: string, schema: S): z.output<S> | undefined => {
    const text = row[name];
    return typeof text === 'string' && text !== '' ? schema.parse(JSON.parse(text)) : undefined;
  };
  const source = column('source', z.record(z.string(), attributeValue));
  const deleted = row['deleted'];
  return {
    sourceId: row.rowKey,
    person: source === undefined ? undefined : { id: row.rowKey, attributes: source },
    deleted: deleted === 'soft' || deleted === 'hard' ? deleted : undefined,
    desired: column('desired', desired),
    via: column('via', z.array(z.string())) ?? [],
    observed: column('observed', z.union([z.literal('absent'), z.literal('ambiguous'), account])),
    observedIn: String(row['observedIn'] ?? ''),
    link: column('link', link),
    pending: column('pending', pending),
    last: column('last', last),
    skipLogged: String(row['skipLogged'] ?? ''),
  };
}
