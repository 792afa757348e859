/** The end of a user group's part in a cycle: its row, changed under the etag that was read, and its entry of the log. */
import { isoTime } from '../../model/Clock';
import { logEntry, type LogEntry } from '../../model/LogEntry';
import { groupId, type ManagedGroup } from '../../model/ManagedGroup';
import type { PlanEntry, PlanResult } from '../../model/PlanEntry';
import type { Reason } from '../../model/Reason';
import type { StoredGroup } from '../../store/GroupsTable';
import type { WithClock, WithStore } from '../Engine';

/** What the row of a group becomes, and what the log says of it. */
export interface GroupEnd {
  readonly outcome: PlanResult['outcome'];
  readonly status: LogEntry['status'];
  readonly action?: LogEntry['action'];
  readonly reason: Reason;
  readonly code?: string;
  readonly message?: string;
  readonly intentId?: string;
  /** Of a write: the group's name before and after it. */
  readonly names?: { readonly before: string | null; readonly after: string | null };
  /** It was renamed to the name of this row: the row of the name it had before goes. */
  readonly isRenamed?: boolean;
  readonly change?: Partial<ManagedGroup>;
}

const nameIn = (values: PlanEntry['after']): string | null =>
  typeof values?.['name'] === 'string' ? values['name'] : null;

const valuesOf = (name: string | null): PlanEntry['after'] => (name === null ? null : { name });

/** Whether a row takes back what a cycle did, and keeps the group from being done to again. */
export const isTakenBack = ({ action, hold }: PlanEntry): boolean =>
  action === 'delete' || (action === 'update' && hold?.kind === 'set');

/** The name that the group is to have. */
const wantedName = ({ after, displayName }: PlanEntry): string => nameIn(after) ?? displayName;

/** By which name the group's row goes: what is taken back stays known by the name that Entra wants. */
export const nameOfRow = (entry: PlanEntry): string =>
  isTakenBack(entry) ? (nameIn(entry.before) ?? entry.displayName) : wantedName(entry);

/** @returns undefined when somebody changed the row meanwhile */
export async function endGroup(
  { store, clock }: WithStore & WithClock,
  cycleId: string,
  entry: PlanEntry,
  { group, etag }: StoredGroup,
  ending: GroupEnd,
): Promise<PlanResult | undefined> {
  const id = groupId(nameOfRow(entry));
  const { action = 'none', outcome, names } = ending;
  const own = logEntry({
    kind: 'group',
    cycleId,
    sourceId: entry.sourceId,
    displayName: entry.displayName,
    targetId: ending.change?.key ?? group.key ?? entry.targetId,
    status: ending.status,
    action,
    reason: ending.reason,
    errorCode: ending.code ?? null,
    errorMessage: ending.message ?? null,
    at: isoTime(clock.now()),
    modified: names === undefined ? [] : [{ displayName: 'name', oldValue: names.before, newValue: names.after }],
    intentId: ending.intentId ?? null,
    before: names === undefined ? entry.before : valuesOf(names.before),
    after: names === undefined ? entry.after : valuesOf(names.after),
  });
  const result: PlanResult = { outcome, code: ending.code ?? null, message: ending.message ?? null, entries: [own] };
  const next: ManagedGroup = { ...group, ...ending.change, last: { cycleId, result } };
  if ((await store.groups.change(id, next, etag, ending.isRenamed === true ? next.key : null)) === undefined)
    return undefined;
  await logGroup({ store }, result);
  return result;
}

/**
 * Stores what the log says of a group by the group's id. Its row decides that it happened; a crash behind that is made good
 * by whoever finds the result there.
 */
export const logGroup = ({ store }: WithStore, { entries }: PlanResult): Promise<void> =>
  store.people.putJudged(new Map(), entries);

/** Ends a group that cannot go on in this cycle; an open intent stays. */
export async function endFailedGroup(
  engine: WithStore & WithClock,
  cycleId: string,
  entry: PlanEntry,
  failure: { readonly kind: 'failed' | 'parked' | 'stop'; readonly code: string; readonly message: string },
): Promise<PlanResult | undefined> {
  const name = nameOfRow(entry);
  const stored = await engine.store.groups.get(groupId(name), name);
  const { last } = stored.group;
  if (last?.cycleId === cycleId) {
    await logGroup(engine, last.result);
    return last.result;
  }
  return endGroup(
    engine,
    cycleId,
    entry,
    stored,
    failure.kind === 'stop'
      ? { outcome: 'held', status: 'skipped', reason: 'Held', message: failure.message }
      : {
          outcome: failure.kind,
          status: failure.kind === 'parked' ? 'parked' : 'failure',
          reason: entry.reason,
          code: failure.code,
          message: failure.message,
        },
  );
}
