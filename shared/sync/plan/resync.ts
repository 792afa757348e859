import type { Outgoing } from '../../queue/messages';
import { FullCycleWish } from '../../store/state/FullCycleWish';
import type { CyclePlace } from '../cycle/CyclePlace';
import { failCycle } from '../cycle/failCycle';
import { jobMessage } from '../cycle/jobMessage';
import type { Engine } from '../Engine';
import { FIRST_STEP } from '../cycle/itineraries';

/** Graph may forget its delta links once at once; the second time waits, the third fails the cycle. */
const MAX_RESYNCS = 2;
const SECOND_WAIT_MS = 60_000;

/** Graph forgot the delta link, or we forgot ours: a full read follows by itself, in the same cycle. */
export async function resync(engine: Engine, place: CyclePlace): Promise<readonly Outgoing[]> {
  const { clock, store, telemetry } = engine;
  await place.claim();
  const { cycle } = place;
  if (cycle.mode === 'apply') {
    await store.wish.make('watermark lost');
    await store.watermark.forget();
    return failCycle(engine, place, {
      code: 'ResyncRequired',
      message:
        'Graph forgot its delta links. Nothing was changed; the next cycle reads everything, then make a new plan.',
    });
  }
  const resyncs = cycle.cursor.resyncs + 1;
  if (resyncs > MAX_RESYNCS) {
    return failCycle(engine, place, {
      code: 'ResyncRequired',
      message: 'Graph keeps forgetting its delta links. Nothing was changed; the next cycle reads everything again.',
    });
  }
  telemetry.warn('graph.watermarkLost', { cycleId: cycle.id, resyncs });
  // The wish survives this cycle's failure, and is fulfilled by its end.
  await store.wish.make('watermark lost');
  await store.watermark.forget();
  const wishEtag = FullCycleWish.of(await store.job.read()) ?? null;
  await place.save({
    mode: 'full',
    wishEtag,
    cursor: { ...FIRST_STEP.initial, resyncs },
    sends: cycle.sends + 1,
    dueAt: clock.now() + (resyncs === 1 ? 0 : SECOND_WAIT_MS),
  });
  return [jobMessage(place.cycle)];
}
