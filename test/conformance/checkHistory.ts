/**
 * Replays a recorded history of the engine against the rules of the protocol (docs/protocol.md): the same predicates that
 * the model asks at its writes and ends, so that code and model cannot drift apart.
 */
import { z } from 'zod';
import { chunkSchema } from '../../shared/model/Chunk';
import { cycleSchema, FINAL_STATES } from '../../shared/model/Cycle';
import { logEntrySchema } from '../../shared/model/LogEntry';
import { managedPersonSchema, type ManagedPerson } from '../../shared/model/ManagedPerson';
import { ABSENCES } from '../../shared/rules/absences';
import { planEntrySchema } from '../../shared/model/PlanEntry';
import {
  entryWithoutWrite,
  olderFacts,
  rowsDoNotAddUp,
  twoLinks,
  withoutIntent,
  writeWithoutEntry,
  type Finding,
} from '../protocol/invariants';
import type { GotoEvent, HistoryEvent, RowEvent, SourceEvent } from './History';

/** Rows that nobody may change without the etag that was read, by table and the beginning of their keys. */
const GUARDED: readonly { readonly table: string; readonly prefix: string; readonly rule: string }[] = [
  { table: 'People', prefix: 'p:', rule: 'R7' },
  { table: 'Plans', prefix: '!head', rule: 'R5' },
  { table: 'Claims', prefix: 'claim', rule: 'I03' },
  { table: 'Window', prefix: 'guard', rule: 'R14' },
];

interface Replay {
  readonly persons: Map<string, ManagedPerson>;
  /** Intents whose write was committed, and those the log has. */
  readonly written: Set<string>;
  /** The last word of the log on each intent: closing corrects what did not take. */
  readonly logged: Map<string, string>;
  readonly seen: Map<string, number>;
  readonly removals: Set<string>;
  /** Who stands in the window of removals, and the cycles whose removals an admin has approved. */
  readonly reserved: Set<string>;
  readonly approved: Set<string>;
  readonly chunks: Map<string, { readonly rows: number; readonly done: number }>;
  /** Rows that carried their plan when they were first written. */
  readonly planned: Set<string>;
  readonly open: Map<string, Set<string>>;
  /** What is known of people and groups, as the engine's rows say. */
  readonly known: Set<string>;
  readonly groups: Set<string>;
  /** Assigned principals, by chunk of the image. */
  readonly assigned: Map<string, ReadonlySet<string>>;
  /** Changes in Entra since the run began, and who was marked since the watermark last moved. */
  readonly source: SourceEvent[];
  readonly marked: Set<string>;
  /** By group, who came into it, as Entra knows it to be assigned, and has not been marked since. */
  readonly owed: Map<string, Set<string>>;
  /** Groups that are marked themselves: they were read too young to be believed, and are read once more. */
  readonly young: Set<string>;
  readonly watermark: { place: number | undefined };
  /** Whose absence was asked for once more since their plan row was recorded. */
  readonly checked: Set<string>;
  readonly findings: Set<string>;
}

/** @returns what the history breaks, each once; empty when it keeps to the protocol */
export function checkHistory(events: readonly HistoryEvent[]): string[] {
  const replay: Replay = {
    persons: new Map(),
    written: new Set(),
    logged: new Map(),
    seen: new Map(),
    removals: new Set(),
    reserved: new Set(),
    approved: new Set(),
    chunks: new Map(),
    planned: new Set(),
    open: new Map(),
    known: new Set(),
    groups: new Set(),
    assigned: new Map(),
    source: [],
    marked: new Set(),
    owed: new Map(),
    young: new Set(),
    watermark: { place: undefined },
    checked: new Set(),
    findings: new Set(),
  };
  for (const event of events) {
    if (event.kind === 'goto') checkWrite(replay, event);
    else if (event.kind === 'source') takeChange(replay, event);
    else if (event.kind === 'pointCheck') replay.checked.add(event.sourceId);
    else checkRow(replay, event);
  }
  const logged = new Set(replay.logged.keys());
  for (const id of replay.written) note(replay, isOpenIntent(replay, id) ? null : writeWithoutEntry(id, logged));
  for (const [id, status] of replay.logged)
    if (status !== 'parked') note(replay, entryWithoutWrite(id, replay.written));
  return [...replay.findings];
}

/** A write whose result nobody has stored yet is still the intent on its person's row. */
const isOpenIntent = ({ persons }: Replay, id: string): boolean =>
  [...persons.values()].some((person) => person.pending?.id === id);

const note = (replay: Replay, finding: Finding): void => {
  if (finding !== null) replay.findings.add(finding);
};

/** I08, I06: a write lands only while its intent stands on the person's row, and a removal only when the plan names it. */
function checkWrite(replay: Replay, { write }: GotoEvent): void {
  const sent = z.object({ email: z.string(), firstName: z.string() }).safeParse(write.fields).data;
  const owner = [...replay.persons].find(([, { pending }]) =>
    write.method === 'POST'
      ? // Two people may map to one address; their names tell them apart.
        pending?.kind === 'create' &&
        pending.link.applied.email.toLowerCase() === sent?.email.toLowerCase() &&
        pending.link.applied.firstName === sent.firstName
      : pending?.kind === (write.method === 'DELETE' ? 'delete' : 'update') && pending.link.key === write.userKey,
  );
  const intent = owner?.[1].pending;
  if (owner === undefined || intent === null || intent === undefined) {
    note(replay, withoutIntent(`${write.method} ${write.userKey}`, null));
    return;
  }
  const [sourceId] = owner;
  replay.written.add(intent.id);
  note(replay, olderFacts(sourceId, replay.seen.get(sourceId), intent.factsAt));
  replay.seen.set(sourceId, intent.factsAt);
  const isDeletion = intent.action === 'delete';
  const isRemoval = intent.action === 'disable' || isDeletion;
  if (isRemoval && (isDeletion || ABSENCES.has(intent.reason)) && !replay.checked.has(sourceId))
    replay.findings.add(`I05: ${sourceId} lost access for ${intent.reason} without a look at the person`);
  if (isRemoval && !replay.removals.has(`${intent.cycleId}/${sourceId}`))
    replay.findings.add(`I06: ${sourceId} lost access, which no plan row of the cycle names`);
  const isCounted = !isDeletion && replay.reserved.has(sourceId);
  if (isRemoval && !isCounted && !replay.approved.has(intent.cycleId))
    replay.findings.add(`I06: ${sourceId} lost access, which the limit does not count and nobody approved`);
}

function checkRow(replay: Replay, event: RowEvent): void {
  const { table, rowKey } = event;
  for (const { table: name, prefix, rule } of GUARDED)
    if (table === name && rowKey.startsWith(prefix) && event.op === 'put' && event.guard === 'none')
      replay.findings.add(`${rule}: ${table}/${rowKey.slice(0, prefix.length)} is written without its etag`);
  if (event.op === 'delete') {
    // A watermark that is forgotten is followed by a full read.
    if (table === 'Job' && rowKey === 'watermark') replay.watermark.place = undefined;
    if (table === 'Dirty' && event.partitionKey === 'groups' && replay.young.delete(rowKey)) checkOwed(replay, rowKey);
    if (table === 'Window') replay.reserved.delete(rowKey.slice(2));
    if (table === 'Image' && event.partitionKey === 'assignments') replay.assigned.delete(rowKey);
    return;
  }
  if (table === 'People' && rowKey.startsWith('p:')) takePerson(replay, event);
  else if (table === 'People' && rowKey.startsWith('f:')) takeEntry(replay, event);
  else if (table === 'People' && rowKey.startsWith('s:')) takeFacts(replay, rowKey.slice(2));
  else if (table === 'Window' && rowKey.startsWith('p-')) replay.reserved.add(rowKey.slice(2));
  else if (table === 'Plans') takePlan(replay, event);
  else if (table === 'Dirty' && event.partitionKey === 'people') takeMark(replay, rowKey);
  else if (table === 'Dirty' && event.partitionKey === 'groups') replay.young.add(rowKey);
  else if (table === 'Image' && rowKey === '!head') replay.groups.add(event.partitionKey.slice('group-'.length));
  else if (table === 'Image' && event.partitionKey === 'assignments') {
    const list = z.array(z.object({ principalId: z.string() })).parse(JSON.parse(String(event.row['json'])));
    replay.assigned.set(rowKey, new Set(list.map((one) => one.principalId)));
  } else if (table === 'Job' && rowKey === 'watermark') checkWatermark(replay, event);
}

function takeChange(replay: Replay, event: SourceEvent): void {
  replay.source.push(event);
  const { groupId, sourceId } = event;
  if (groupId === null) return;
  const owed = replay.owed.get(groupId) ?? new Set<string>();
  replay.owed.set(groupId, owed);
  if (event.joinsAssigned) owed.add(sourceId);
  if (event.leaves) owed.delete(sourceId);
}

function takeFacts(replay: Replay, sourceId: string): void {
  replay.known.add(sourceId);
  // A first cycle judges everybody whom it has read, marked or not.
  if (replay.watermark.place === undefined) for (const owed of replay.owed.values()) owed.delete(sourceId);
}

function takeMark(replay: Replay, sourceId: string): void {
  replay.marked.add(sourceId);
  for (const owed of replay.owed.values()) owed.delete(sourceId);
}

/** Members of a group that is not assigned concern nobody, even where something of it is left in the image. */
const isRead = (replay: Replay, groupId: string): boolean =>
  replay.groups.has(groupId) &&
  (replay.assigned.size === 0 || [...replay.assigned.values()].some((ids) => ids.has(groupId)));

/**
 * I04: when the watermark moves, everybody it passes has been marked. The first one stands behind a full read, which needs
 * no marks. Of a group that is assigned but not yet read, a change may be passed: then whoever it brought must have been
 * marked when that group has been read and no younger look at it is due.
 */
function checkWatermark(replay: Replay, { row }: RowEvent): void {
  const { usersLink } = z.object({ usersLink: z.string() }).parse(JSON.parse(longTextOf(row, 'json') ?? ''));
  const place = Number(/deltatoken=(\d+)/.exec(usersLink)?.[1] ?? 0);
  const before = replay.watermark.place;
  if (before !== undefined) {
    for (const change of replay.source) {
      if (change.place < before || change.place >= place) continue;
      const concerns = change.groupId === null ? replay.known.has(change.sourceId) : isRead(replay, change.groupId);
      if (concerns && !replay.marked.has(change.sourceId))
        replay.findings.add(`I04: the watermark passes a change of ${change.sourceId} that nobody has marked`);
    }
    for (const groupId of replay.owed.keys()) if (!replay.young.has(groupId)) checkOwed(replay, groupId);
  }
  replay.watermark.place = place;
  replay.marked.clear();
}

/** Whoever came into the group before the watermark, when it had not been read: somebody has marked them by now. */
function checkOwed(replay: Replay, groupId: string): void {
  const place = replay.watermark.place ?? 0;
  for (const sourceId of isRead(replay, groupId) ? (replay.owed.get(groupId) ?? []) : []) {
    const isPassed = replay.source.some(
      (change) =>
        change.joinsAssigned && change.groupId === groupId && change.sourceId === sourceId && change.place < place,
    );
    if (isPassed)
      replay.findings.add(`I04: ${sourceId} came into a group before it was read, and nobody has marked them since`);
  }
}

/** I03, I12: at most one person a key; an intent goes only together with its log entry, or without having been written. */
function takePerson(replay: Replay, { rowKey, row, guard }: RowEvent): void {
  const sourceId = rowKey.slice(2);
  const text = longTextOf(row, 'person');
  // Only the end of a cycle was written beside what cannot be read.
  if (text === undefined) return;
  replay.persons.set(sourceId, managedPersonSchema.parse({ ...(JSON.parse(text) as object), last: null }));
  const pending = replay.persons.get(sourceId)?.pending ?? null;
  // An intent of the first release was written, if at all, before this history began.
  // A transfer is a creation that GoTo took: the account comes when its person accepts.
  if (pending?.kind === 'transfer') replay.written.add(pending.id);
  if (guard === 'insert' && pending?.id.startsWith('first-release-') === true) replay.written.add(pending.id);
  const links = [...replay.persons].flatMap(([person, { link }]) => (link === null ? [] : [{ person, key: link.key }]));
  note(replay, twoLinks(links));
}

function takeEntry(replay: Replay, { row }: RowEvent): void {
  const entry = logEntrySchema.parse(JSON.parse(longTextOf(row, 'entry') ?? ''));
  // User groups are not in the model (docs/protocol.md 8).
  if (entry.intentId === null || entry.kind === 'group') return;
  replay.logged.set(entry.intentId, entry.status);
}

function takePlan(replay: Replay, { partitionKey: cycleId, rowKey, row, guard }: RowEvent): void {
  if (rowKey.startsWith('c-')) {
    const chunk = chunkSchema.parse(JSON.parse(String(row['chunk'])));
    if (replay.chunks.has(`${cycleId}/${rowKey}`) && guard === 'none')
      replay.findings.add('R6: a chunk is changed without its etag');
    replay.chunks.set(`${cycleId}/${rowKey}`, chunk);
  } else if (rowKey.startsWith('r-')) {
    const text = longTextOf(row, 'entry');
    // Without it only the progress of a row is written that was planned before.
    if (text === undefined) {
      if (!replay.planned.has(`${cycleId}/${rowKey}`))
        replay.findings.add('I06: a row makes progress that was never planned');
    } else {
      replay.planned.add(`${cycleId}/${rowKey}`);
      const entry = planEntrySchema.parse(JSON.parse(text));
      // What was asked before this plan was made does not count for it.
      if (row['state'] === 'open' && row['attempts'] === 0) replay.checked.delete(entry.sourceId);
      if (entry.removal) replay.removals.add(`${cycleId}/${entry.sourceId}`);
    }
    const open = replay.open.get(cycleId) ?? new Set<string>();
    replay.open.set(cycleId, open);
    if (row['state'] === 'open') open.add(rowKey);
    else open.delete(rowKey);
  } else if (rowKey === '!head') checkHead(replay, cycleId, row);
}

/** I14: when a cycle is final, its rows have ended and its counts add up. Until then it shows what was approved. */
function checkHead(replay: Replay, cycleId: string, row: RowEvent['row']): void {
  const cycle = cycleSchema.parse(JSON.parse(longTextOf(row, 'cycle') ?? ''));
  if (cycle.approvedAt !== null) replay.approved.add(cycleId);
  // A plan that failed before it went to the lanes is nobody's work.
  if (!FINAL_STATES.has(cycle.state) || (cycle.error !== null && cycle.expected === 0)) return;
  const chunks = [...replay.chunks].filter(([key]) => key.startsWith(`${cycleId}/`)).map(([, chunk]) => chunk);
  const done = chunks.reduce((sum, chunk) => sum + chunk.done, 0);
  const open = replay.open.get(cycleId)?.size ?? 0;
  note(replay, rowsDoNotAddUp({ cycle: cycleId, expected: cycle.expected, open, done, wrote: 0, entries: 0 }));
}

function longTextOf(row: RowEvent['row'], name: string): string | undefined {
  const first = row[name];
  if (typeof first !== 'string') return undefined;
  const parts = z.number().catch(1).parse(row[`${name}Parts`]);
  let text = first;
  for (let part = 1; part < parts; part += 1) text += String(row[`${name}${part}`]);
  return text;
}
