import { ConnectorError } from '../../model/ConnectorError';
import { addTallies, type Cycle } from '../../model/Cycle';
import type { PlanRow, StoredChunk } from '../../store/PlansTable';
import { tallyOf } from '../cycle/tallyOf';
import { endFailedGroup } from '../apply/endGroup';
import { endPerson } from '../apply/endPerson';
import type { WithClock, WithStore } from '../Engine';

/**
 * Ends what no lane ends any more, as not tried: by the person's row and the chunk's etag, like a lane would.
 * @returns false when somebody was faster, or a person's row was lost: it is tried again
 */
export async function endOpenRows(
  engine: WithStore & WithClock,
  cycle: Cycle,
  chunk: StoredChunk,
  fault: { readonly code: string; readonly message: string },
): Promise<boolean> {
  const { store, clock } = engine;
  const rows = await store.plans.rowsOf(cycle.id, chunk);
  const ended: PlanRow[] = [];
  let { tally } = chunk;
  for (const row of rows) {
    if (row.state === 'ended') continue;
    const { entry } = row;
    if (entry.kind === 'group') {
      const result = await endFailedGroup(engine, cycle.id, entry, { kind: 'stop', ...fault });
      if (result === undefined) return false;
      tally = addTallies(tally, tallyOf(result, entry));
      ended.push({ ...row, state: 'ended', result });
      continue;
    }
    const stored = await store.people.get(entry.sourceId).catch((error: unknown) => {
      // Tables that do not answer say nothing of the row.
      if (error instanceof ConnectorError) throw error;
      return undefined;
    });
    const own = stored?.person.last?.cycleId === cycle.id ? stored.person.last.result : undefined;
    const result =
      own ??
      (stored === undefined
        ? ({ outcome: 'failed', code: 'UnreadableRow', message: fault.message, entries: [] } as const)
        : await endPerson(
            engine,
            { cycleId: cycle.id, entry, startedAt: clock.now() },
            stored,
            stored.person.part?.cycleId === cycle.id ? stored.person.part.entries : [],
            { outcome: 'held', reason: 'Held', message: fault.message },
          ));
    if (result === undefined) return false;
    tally = addTallies(tally, tallyOf(result, entry));
    ended.push({ ...row, state: 'ended', result });
  }
  const { etag, ...plain } = chunk;
  const next = { ...plain, done: chunk.rows, tally };
  return (await store.plans.endChunk(cycle.id, next, etag, ended)) !== undefined;
}
