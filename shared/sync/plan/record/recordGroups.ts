/**
 * User groups, judged before the people who move into them: all at once, as they are few and their names touch each other
 * (docs/protocol.md 3.10). Quiet while nothing of them changed (I10).
 */
import type { Assignment } from '../../../model/Assignment';
import { CHUNK_SIZE, newChunk, STAGE } from '../../../model/Chunk';
import { groupId, type ManagedGroup } from '../../../model/ManagedGroup';
import type { PlanEntry } from '../../../model/PlanEntry';
import type { Entitlements } from '../../../rules/Entitlements';
import { judgeGroups } from '../../../rules/judgeGroups';
import type { SourceName } from '../../../store/GroupsTable';
import { UNASSIGNED, type PlanRow } from '../../../store/PlansTable';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { judgesAsFull } from '../../cycle/itineraries';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';
import { peopleBelow } from '../sources/movedGroups';
import { assignedGroupsIn } from '../SourceSnapshot';

/** Groups have a lane of their own queue: one after another, so that one name is never made twice. */
const LANE = 0;

export const recordGroups: Slice = async (context, place) => {
  const { engine, policy } = context;
  const { store, clock, timing } = engine;
  if (!policy.provisionGroups) return 'next';
  // The mark is read before the facts that answer it (docs/protocol.md R3).
  const mark = await store.dirty.userGroups();
  const isDue = mark !== undefined && (mark.wait ?? 0) <= clock.now();
  if (!judgesAsFull(place.cycle) && !isDue) return 'next';
  place.move({ cursor: { ...place.cycle.cursor, userGroupsMark: mark?.etag ?? null } });
  const assignments = await store.image.assignments();
  const before = await store.groups.names();
  const names = await engine.entra.groupNames([...assignedGroupsIn(assignments)]);
  // Who is not found goes by the id: that is no name.
  const known = new Map([...names].filter(([id, name]) => id !== name));
  const managed = await store.groups.all();
  const factsAt = clock.now();
  const entries = judgeGroups({
    wanted: wantedGroups(assignments, context.entitlements, (id) => known.get(id) ?? before.get(id)?.name),
    before: new Map([...before].map(([id, known]) => [id, nameInGoto(known, managed)])),
    managed,
    listed: await engine.accounts.groups({ pacer: engine.pacing.planner }),
    driftPolicy: policy.driftPolicy,
    factsAt,
    lagMs: timing.gotoLagMs,
  });
  const next = namesAfter(before, known, managed);
  // Where the group goes by another name now, its people stay; where it is another group, they move.
  const renamed = new Set(entries.filter((one) => one.reason === 'GroupRenamed').map((one) => one.sourceId));
  const moved = [...next].filter(([id, { former }]) => former !== null && before.has(id) && !renamed.has(id));
  await store.dirty.mark(
    await peopleBelow(
      context,
      moved.map(([id]) => id),
    ),
    factsAt,
    'group renamed',
  );
  const planned = await plannedBefore(context, place);
  await record(
    context,
    place,
    entries.filter((entry) => planned === null || planned.has(entry.hash)),
  );
  await store.groups.putNames(next);
  context.groupsChanged();
  return 'next';
};

/** By which name a group of Entra has its people in GoTo: the new one once that has a group. */
const nameInGoto = ({ name, former }: SourceName, managed: ReadonlyMap<string, ManagedGroup>): string =>
  former === null || managed.get(groupId(name))?.key != null ? name : former;

/** Names to be stored: a new one beside the former, which goes when GoTo has the new one. */
function namesAfter(
  before: ReadonlyMap<string, SourceName>,
  known: ReadonlyMap<string, string>,
  managed: ReadonlyMap<string, ManagedGroup>,
): Map<string, SourceName> {
  const next = new Map<string, SourceName>();
  for (const [id, name] of known) {
    const old = before.get(id);
    if (old?.name !== name) next.set(id, { name, former: old === undefined ? null : nameInGoto(old, managed) });
    else if (old.former !== null && managed.get(groupId(name))?.key != null) next.set(id, { name, former: null });
  }
  return next;
}

/** Groups of Entra whose people go there by name, and groups that rules name, each with who wants it. */
function wantedGroups(
  assignments: readonly Assignment[],
  entitlements: Entitlements,
  nameOf: (groupId: string) => string | undefined,
): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const { principalId, principalType, appRoleId } of assignments) {
    const rule = entitlements.rule(appRoleId);
    if (rule === undefined || !entitlements.of([appRoleId]).entitled) continue;
    const name = rule.groupName ?? (principalType === 'Group' ? nameOf(principalId) : undefined);
    if (name !== undefined) wanted.set(rule.groupName === undefined ? principalId : `rule:${name}`, name);
  }
  return wanted;
}

/** What the plan that is applied intends for groups; null when none is applied. */
async function plannedBefore({ engine }: PlanContext, { cycle }: CyclePlace): Promise<ReadonlySet<string> | null> {
  if (cycle.from === null || cycle.mode !== 'apply') return null;
  const hashes = new Set<string>();
  for await (const { entry, state } of engine.store.plans.rows(cycle.from.cycleId))
    if (entry.kind === 'group' && state === 'planned') hashes.add(entry.hash);
  return hashes;
}

async function record({ engine }: PlanContext, place: CyclePlace, entries: readonly PlanEntry[]): Promise<void> {
  const { cycle } = place;
  const recorded = cycle.cursor.isPartial ? await engine.store.plans.recorded(cycle.id) : new Set<string>();
  const open = entries.filter((entry) => !recorded.has(entry.sourceId));
  const key = `${STAGE.groups}-${LANE}`;
  for (let start = 0; start < open.length; start += CHUNK_SIZE) {
    const part = open.slice(start, start + CHUNK_SIZE);
    const { cursor, expected, dryRun } = place.cycle;
    const chunk = cursor.chunks[key] ?? 0;
    const at = dryRun ? UNASSIGNED : { stage: STAGE.groups, lane: LANE, chunk };
    const rows = part.map((entry): PlanRow => ({
      ...at,
      entry,
      state: dryRun ? 'planned' : 'open',
      nextAttemptAt: 0,
      attempts: 0,
      result: null,
    }));
    const chunks = { ...cursor.chunks, [key]: chunk + 1 };
    await place.record(
      dryRun
        ? { cursor: { ...cursor, isPartial: true } }
        : { cursor: { ...cursor, isPartial: true, chunks }, expected: expected + rows.length },
      rows,
      dryRun ? [] : [newChunk({ stage: STAGE.groups, lane: LANE, chunk }, rows.length, engine.clock.now())],
    );
  }
}
