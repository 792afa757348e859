/** From facts to queued changes: everybody in a full cycle, the affected in an incremental one. */
import { ConnectorError } from '../../model/ConnectorError';
import { addTallies, noTally } from '../../model/Cycle';
import { IDENTITY_BUCKETS, type Identity } from '../../store/IdentitiesTable';
import type { StoredApp } from '../../store/StateTable';
import { AccountIndex } from '../AccountIndex';
import type { Engine } from '../Engine';
import { evaluatePeople, type Candidate, type EvaluationContext } from '../evaluatePeople';
import { inParallel } from '../inParallel';
import type { Slice } from '../planCycle';
import { SourceSnapshot } from '../SourceSnapshot';
import { entitlementsOf } from './entitlementsOf';

/** People evaluated at once, so that a slice never holds a whole company's rows in memory. */
const CHUNK = 1_000;
const PARALLEL_READS = 16;

export const evaluateEverybody: Slice = async (engine, cycle, cursor) => {
  const context = await contextOf(engine, cycle.id, new AccountIndex(await engine.state.accounts(cycle.id)));
  let tally = noTally();
  let evaluated = 0;
  let bucket = cursor.index;
  while (bucket < IDENTITY_BUCKETS && evaluated < engine.timing.peoplePerSlice) {
    let chunk: Identity[] = [];
    for await (const identity of engine.identities.bucket(bucket)) {
      chunk.push(identity);
      if (chunk.length < CHUNK) continue;
      evaluated += chunk.length;
      tally = addTallies(tally, await evaluatePeople(engine, context, chunk));
      chunk = [];
    }
    evaluated += chunk.length;
    tally = addTallies(tally, await evaluatePeople(engine, context, chunk));
    bucket += 1;
  }
  return { cursor: bucket < IDENTITY_BUCKETS ? { index: bucket } : { phase: 'dispatch', index: 0 }, tally };
};

export const evaluateAffected: Slice = async (engine, cycle, cursor) => {
  const ids = await engine.state.affected(cycle.id);
  const part = ids.slice(cursor.index, cursor.index + engine.timing.peoplePerSlice);
  const context = await contextOf(engine, cycle.id, undefined);
  let tally = noTally();
  for (let start = 0; start < part.length; start += CHUNK) {
    const candidates: Candidate[] = [];
    await inParallel(part.slice(start, start + CHUNK), PARALLEL_READS, async (sourceId) => {
      candidates.push((await engine.identities.get(sourceId)) ?? { sourceId, isNew: true });
    });
    tally = addTallies(tally, await evaluatePeople(engine, context, candidates));
  }
  const index = cursor.index + part.length;
  return { cursor: index < ids.length ? { index } : { phase: 'dispatch', index: 0 }, tally };
};

async function contextOf(
  engine: Engine,
  cycleId: string,
  accounts: AccountIndex | undefined,
): Promise<EvaluationContext> {
  return {
    cycleId,
    snapshot: new SourceSnapshot(await engine.state.assignments(), await engine.groups.all()),
    entitlements: entitlementsOf(engine, await storedApp(engine)),
    accounts,
    suspects: await engine.state.suspects(),
    escrows: await engine.state.escrows(),
  };
}

async function storedApp(engine: Engine): Promise<StoredApp> {
  const app = await engine.state.app();
  if (app !== undefined) return app;
  throw new ConnectorError('The stored enterprise application is gone; a full read follows.', {
    code: 'ResyncRequired',
    sent: false,
    repeatable: false,
    scope: 'job',
  });
}
