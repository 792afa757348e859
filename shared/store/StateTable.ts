/** The job's memory from one cycle to the next. Each kind has a partition of its own. */
import { z } from 'zod';
import type { Account } from '../model/Account';
import type { AppRole, Assignment } from '../model/Assignment';
import { digest } from '../model/hash';
import { DEFAULT_VERSION } from './SchemasTable';
import { chunkKey, toChunks } from './chunks';
import type { OpenTable } from './connectTables';
import { Table, type Write } from './Table';

const watermark = z.object({
  usersLink: z.string(),
  groupsLink: z.string(),
  assignmentsDigest: z.string(),
  takenAt: z.string(),
  /** The mapping whose attributes the links follow; rows of earlier releases knew only the built-in one. */
  mappingVersion: z.string().default(DEFAULT_VERSION),
});
const app = z.object({
  id: z.string(),
  displayName: z.string(),
  appRoles: z.array(
    z.object({ id: z.string(), displayName: z.string(), value: z.string().nullable(), isEnabled: z.boolean() }),
  ),
});
const execution = z.object({
  cycleId: z.string(),
  mode: z.string(),
  state: z.enum(['Succeeded', 'Failed', 'EntryLevelErrors']),
  timeBegan: z.string(),
  timeEnded: z.string(),
  countExported: z.number(),
  countEscrowed: z.number(),
  error: z.string().nullable(),
});
const suspect = z.object({ since: z.string(), cycleId: z.string() });
const escrow = z.object({ since: z.string(), attempts: z.number(), nextAttemptAt: z.string(), code: z.string() });

/** Up to where the source was read: Graph's delta links and a digest of the assignments (I04). */
export type Watermark = z.output<typeof watermark>;
export type StoredApp = { readonly id: string; readonly displayName: string; readonly appRoles: readonly AppRole[] };
export type Execution = z.output<typeof execution>;
/** Somebody whose access seems to be gone, since when, and in which cycle it was first seen (I05). */
export type Suspect = z.output<typeof suspect>;
/** Somebody whose change failed, and when it is tried again (entra-provisioning.md 1.8). */
export type Escrow = z.output<typeof escrow>;

export class StateTable {
  readonly #table: Table;

  constructor(open: OpenTable) {
    this.#table = new Table(open('State'));
  }

  /** One cycle at a time: @returns the id of the cycle that runs already, or undefined when this one may run */
  async begin(cycleId: string): Promise<string | undefined> {
    if (await this.#table.create({ partitionKey: 'active', rowKey: 'cycle', cycleId })) return undefined;
    return (await this.active()) ?? cycleId;
  }

  async active(): Promise<string | undefined> {
    const row = await this.#table.get('active', 'cycle');
    return row === undefined ? undefined : String(row['cycleId']);
  }

  /** Only the cycle itself ends its turn; a late message of an older one ends nothing. */
  async end(cycleId: string): Promise<void> {
    if ((await this.active()) === cycleId) await this.#table.delete('active', 'cycle');
  }

  /** A full cycle came due while another ran: the next one is full. */
  async wantFull(): Promise<void> {
    await this.#table.merge({ partitionKey: 'wanted', rowKey: 'full' });
  }

  /** @returns whether a full cycle was wanted; the wish is fulfilled by asking */
  async takeFullWish(): Promise<boolean> {
    if ((await this.#table.get('wanted', 'full')) === undefined) return false;
    await this.#table.delete('wanted', 'full');
    return true;
  }

  /** A message nobody can read, kept by its id for whoever looks into it. */
  async park(queue: string, messageId: string, reason: string, at: string): Promise<void> {
    await this.#table.merge({
      partitionKey: 'unreadable',
      rowKey: digest(`${queue}/${messageId}`),
      queue,
      messageId,
      reason,
      at,
    });
  }

  /** The cycle that a request with this key started, if there is one. Keys are hashed: they may hold any character. */
  async idempotent(key: string): Promise<string | undefined> {
    const row = await this.#table.get('idempotency', digest(key));
    return row === undefined ? undefined : String(row['cycleId']);
  }

  async rememberIdempotent(key: string, cycleId: string): Promise<void> {
    await this.#table.create({ partitionKey: 'idempotency', rowKey: digest(key), cycleId });
  }

  watermark(): Promise<Watermark | undefined> {
    return this.#json('watermark', watermark);
  }

  putWatermark(value: Watermark): Promise<void> {
    return this.#putJson('watermark', value);
  }

  app(): Promise<StoredApp | undefined> {
    return this.#json('app', app);
  }

  putApp(value: StoredApp): Promise<void> {
    return this.#putJson('app', { id: value.id, displayName: value.displayName, appRoles: value.appRoles });
  }

  lastExecution(): Promise<Execution | undefined> {
    return this.#json('lastExecution', execution);
  }

  lastSuccess(): Promise<Execution | undefined> {
    return this.#json('lastSuccess', execution);
  }

  async putExecution(value: Execution): Promise<void> {
    await this.#putJson('lastExecution', value);
    if (value.state !== 'Failed') await this.#putJson('lastSuccess', value);
  }

  /** A fault of the connection met by a lane: the rest of the cycle writes nothing. */
  async stopReason(cycleId: string): Promise<string | undefined> {
    const row = await this.#table.get('stop', cycleId);
    return row === undefined ? undefined : String(row['reason']);
  }

  async stop(cycleId: string, reason: string): Promise<void> {
    await this.#table.create({ partitionKey: 'stop', rowKey: cycleId, reason });
  }

  clearStop(cycleId: string): Promise<void> {
    return this.#table.delete('stop', cycleId);
  }

  async throttledUntil(): Promise<number> {
    return Number((await this.#table.get('throttle', 'goto'))?.['untilMs'] ?? 0);
  }

  async putThrottledUntil(untilMs: number): Promise<void> {
    await this.#table.replace({ partitionKey: 'throttle', rowKey: 'goto', untilMs: String(untilMs) });
  }

  /** The complete assignment list as last read. */
  assignments(): Promise<Assignment[]> {
    return this.#list(
      'assignments',
      z.object({ principalId: z.string(), principalType: z.enum(['User', 'Group']), appRoleId: z.string() }),
    );
  }

  putAssignments(values: readonly Assignment[]): Promise<void> {
    return this.#putList('assignments', values);
  }

  /** GoTo's accounts as listed in a full cycle, for its slices. */
  accounts(cycleId: string): Promise<Account[]> {
    return this.#list(
      `accounts-${cycleId}`,
      z.custom<Account>((value) => typeof value === 'object' && value !== null && 'key' in value),
    );
  }

  putAccounts(cycleId: string, values: readonly Account[]): Promise<void> {
    return this.#putList(`accounts-${cycleId}`, values);
  }

  deleteAccounts(cycleId: string): Promise<void> {
    return this.#table.deletePartition(`accounts-${cycleId}`);
  }

  /** People an incremental cycle has to look at; adding one twice is harmless. */
  async addAffected(cycleId: string, ids: Iterable<string>): Promise<void> {
    await this.#table.write(
      [...new Set(ids)].map((id): Write => ({
        kind: 'replace',
        row: { partitionKey: `affected-${cycleId}`, rowKey: id },
      })),
    );
  }

  async affected(cycleId: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const row of this.#table.partition(`affected-${cycleId}`)) ids.push(row.rowKey);
    return ids;
  }

  deleteAffected(cycleId: string): Promise<void> {
    return this.#table.deletePartition(`affected-${cycleId}`);
  }

  suspects(): Promise<Map<string, Suspect>> {
    return this.#map('suspect', suspect);
  }

  escrows(): Promise<Map<string, Escrow>> {
    return this.#map('escrow', escrow);
  }

  async putSuspects(changes: ReadonlyMap<string, Suspect | null>): Promise<void> {
    await this.#putMap('suspect', changes);
  }

  async putEscrows(changes: ReadonlyMap<string, Escrow | null>): Promise<void> {
    await this.#putMap('escrow', changes);
  }

  /** @param value null takes the person out of escrow */
  async putEscrow(sourceId: string, value: Escrow | null): Promise<void> {
    if (value === null) await this.#table.delete('escrow', sourceId);
    else await this.#table.replace({ partitionKey: 'escrow', rowKey: sourceId, json: JSON.stringify(value) });
  }

  /**
   * At most one person a GoTo key (I03). @returns undefined when the key is now this person's, else whose it is
   */
  async claimKey(targetKey: string, sourceId: string): Promise<string | undefined> {
    if (await this.#table.create({ partitionKey: 'claim', rowKey: targetKey, sourceId })) return undefined;
    const holder = String((await this.#table.get('claim', targetKey))?.['sourceId'] ?? sourceId);
    return holder === sourceId ? undefined : holder;
  }

  async takeKey(targetKey: string, sourceId: string): Promise<void> {
    await this.#table.replace({ partitionKey: 'claim', rowKey: targetKey, sourceId });
  }

  async #json<S extends z.ZodType>(name: string, schema: S): Promise<z.output<S> | undefined> {
    const row = await this.#table.get('value', name);
    return row === undefined ? undefined : schema.parse(JSON.parse(String(row['json'])));
  }

  async #putJson(name: string, value: unknown): Promise<void> {
    await this.#table.replace({ partitionKey: 'value', rowKey: name, json: JSON.stringify(value) });
  }

  async #map<S extends z.ZodType>(partition: string, schema: S): Promise<Map<string, z.output<S>>> {
    const values = new Map<string, z.output<S>>();
    for await (const row of this.#table.partition(partition))
      values.set(row.rowKey, schema.parse(JSON.parse(String(row['json']))));
    return values;
  }

  async #putMap(partition: string, changes: ReadonlyMap<string, unknown>): Promise<void> {
    const existing = new Set<string>();
    if ([...changes.values()].includes(null))
      for await (const row of this.#table.partition(partition)) existing.add(row.rowKey);
    const writes: Write[] = [];
    for (const [id, value] of changes) {
      if (value !== null)
        writes.push({ kind: 'replace', row: { partitionKey: partition, rowKey: id, json: JSON.stringify(value) } });
      else if (existing.has(id)) writes.push({ kind: 'delete', row: { partitionKey: partition, rowKey: id } });
    }
    await this.#table.write(writes);
  }

  async #list<S extends z.ZodType>(partition: string, schema: S): Promise<z.output<S>[]> {
    const items: z.output<S>[] = [];
    for await (const row of this.#table.partition(partition))
      items.push(...z.array(schema).parse(JSON.parse(String(row['json']))));
    return items;
  }

  /** Old chunks go first in number, then new ones are written: a list cut short by a crash is written again by the retry. */
  async #putList(partition: string, items: readonly unknown[]): Promise<void> {
    const rows = toChunks(items).map((json, index) => ({ partitionKey: partition, rowKey: chunkKey(index), json }));
    const writes: Write[] = rows.map((row) => ({ kind: 'replace', row }));
    for await (const row of this.#table.partition(partition)) {
      if (!rows.some((kept) => kept.rowKey === row.rowKey)) writes.push({ kind: 'delete', row });
    }
    // 4 MiB is the limit of a transaction: 50 full columns of two bytes a character stay below it.
    for (let start = 0; start < writes.length; start += 50) await this.#table.write(writes.slice(start, start + 50));
  }
}
