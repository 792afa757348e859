/**
 * The door of the log: whom a finished cycle wrote to, and what puts back what was there before. Who was changed since is
 * left out, and the plan says so (docs/protocol.md 3.7).
 */
import { inParallel } from '../../../concurrency/inParallel';
import { isoTime } from '../../../model/Clock';
import { logEntry, type LogEntry } from '../../../model/LogEntry';
import type { HoldChange } from '../../../model/HoldChange';
import { isProtected } from '../../../rules/isProtected';
import { licensesOfRules } from '../../../rules/Policy';
import { undo } from '../../../rules/undo';
import type { Someone } from '../../../store/PeopleTable';
import { rowKeyOf } from '../../../store/PlansTable';
import { lastTie, UNKNOWN_PERSON } from '../../../model/ManagedPerson';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { withTieBack } from '../../job/recalledTie';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { protectedAmong } from '../sources/protectedAmong';
import { lastKnown } from './gather';
import { recordJudged, unrecorded, type Judged } from './recordPeople';

const PARALLEL_READS = 16;

export const judgeLog: Slice = async (context, place) => {
  const { store, timing } = context.engine;
  const { cursor, from } = place.cycle;
  if (from === null) return 'next';
  const page = await store.plans.rowsPage(from.cycleId, timing.peoplePerSlice, cursor.link ?? undefined);
  // Who was not written to is not worth a row.
  const ids = page.rows
    .filter((row) => row.entry.kind === 'user' && row.result?.entries.some((entry) => entry.intentId !== null) === true)
    .map((row) => row.entry.sourceId);
  const judged = await judgeUndo(context, place, from.cycleId, ids);
  await recordJudged(context, place, await unrecorded(context, place, judged));
  const last = page.isLast ? undefined : page.rows.at(-1);
  place.move({ cursor: { ...place.cycle.cursor, link: last === undefined ? null : rowKeyOf(last), isPartial: false } });
  return last === undefined ? 'next' : 'stay';
};

/** What undoes the writes of a cycle for these people. */
export async function judgeUndo(
  context: PlanContext,
  place: CyclePlace,
  undoneCycleId: string,
  sourceIds: readonly string[],
): Promise<readonly Judged[]> {
  const { store, clock } = context.engine;
  const factsAt = clock.now();
  const accounts = await context.accounts();
  const hold = await holdAfter(context, undoneCycleId);
  const groupWrites = await context.groupWrites(undoneCycleId);
  const deleted = groupWrites.filter((one) => one.action === 'delete');
  const groupsBack = new Map(deleted.map(({ targetId, before }) => [targetId ?? '', String(before?.['name'])]));
  const known: Someone[] = [];
  await inParallel(sourceIds, PARALLEL_READS, async (sourceId) => {
    known.push(await store.people.someone(sourceId));
  });
  const protectedIds = await protectedNow(context, known);
  const people: Judged[] = [];
  await inParallel(known, PARALLEL_READS, async (someone) => {
    const { sourceId } = someone;
    const { writes, hasYounger } = await writesOf(context, sourceId, undoneCycleId);
    // Whoever is handled gets back the tie that a restart has forgotten (recalledTie).
    const managed = someone.managed === 'unreadable' ? UNKNOWN_PERSON : withTieBack(someone.managed.person);
    const found = accounts.find(managed.link?.key, []);
    const judgement = undo({
      sourceId,
      displayName: someone.facts.displayName || (writes[0]?.displayName ?? ''),
      managed,
      personEtag: someone.managed === 'unreadable' ? null : someone.managed.etag,
      isProtected: protectedIds.has(sourceId),
      writes,
      hasYoungerWrites: hasYounger,
      observed: found === 'ambiguous' ? 'absent' : found,
      factsAt,
      hold,
      groupsBack,
      groupKeys: writes.some((one) => typeof one.before?.['groupKey'] === 'string')
        ? new Set((await context.gotoGroups()).map((group) => group.key))
        : null,
      licensesOfRules: licensesOfRules(context.policy),
    });
    people.push({
      ...judgement,
      someone,
      news: judgement.isOpen ? null : newsOf(judgement.entry, place.cycle.id, factsAt),
    });
  });
  return people.sort((a, b) => (a.entry.sourceId < b.entry.sourceId ? -1 : 1));
}

/** Whom PROTECTED_USERS names today, by whatever: they may have been written to before it did (I07). */
async function protectedNow(context: PlanContext, people: readonly Someone[]): Promise<ReadonlySet<string>> {
  const byGroup = await protectedAmong(context, people, new Map());
  const isNamed = (someone: Someone): boolean => {
    const { sourceId, managed } = someone;
    const email = managed === 'unreadable' ? undefined : lastTie(managed.person)?.applied.email;
    return isProtected(sourceId, lastKnown(someone), email, context.policy.protectedUsers);
  };
  return new Set([...byGroup, ...people.filter(isNamed).map(({ sourceId }) => sourceId)]);
}

/** Who is undone is held; who is brought back to what an undo had changed is free again. */
export async function holdAfter({ engine }: PlanContext, undoneCycleId: string): Promise<HoldChange> {
  const listed = await engine.store.cycles.get(undoneCycleId);
  const isOfUndo = listed?.cycle.mode === 'apply' && listed.cycle.from?.mode === 'revert';
  return isOfUndo ? { kind: 'lift' } : { kind: 'set', by: undoneCycleId };
}

/** A person's log begins with the newest cycle: the first write met tells whether anybody wrote since. */
async function writesOf(
  { engine }: PlanContext,
  sourceId: string,
  cycleId: string,
): Promise<{ readonly writes: readonly LogEntry[]; readonly hasYounger: boolean }> {
  const writes: LogEntry[] = [];
  for await (const entry of engine.store.people.log(sourceId)) {
    if (entry.intentId === null || (entry.status !== 'success' && entry.status !== 'warning')) continue;
    if (entry.cycleId < cycleId) return { writes: [entry], hasYounger: true };
    if (entry.cycleId > cycleId) break;
    writes.push(entry);
  }
  return { writes: writes.sort((a, b) => (a.at < b.at ? -1 : 1)), hasYounger: false };
}

const newsOf = (entry: Judged['entry'], cycleId: string, nowMs: number): LogEntry =>
  logEntry({
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: entry.targetId,
    status: 'skipped',
    action: 'none',
    reason: entry.reason,
    at: isoTime(nowMs),
  });
