import { healthCheck } from '../../shared/api/getHealth';
import type { Engine } from '../../shared/sync/Engine';

/** As much of the engine as health asks, and how often. */
function somewhere() {
  const state = { now: 0, isDown: false, isSilent: false, reads: 0 };
  const parts = {
    clock: { now: () => state.now },
    signInWithEntra: false,
    connection: { state: () => Promise.resolve({ connected: true }) },
    store: {
      job: {
        read: () => {
          state.reads += 1;
          if (state.isSilent) return new Promise(() => undefined);
          return state.isDown ? Promise.reject(new Error('down')) : Promise.resolve(new Map());
        },
      },
    },
  };
  return { state, engine: parts as unknown as Engine };
}

test('however often anybody asks, storage is asked every few seconds, also while it is down', async () => {
  const { state, engine } = somewhere();
  const ask = healthCheck();
  const askALot = () => Promise.allSettled(Array.from({ length: 100 }, () => ask(engine)));
  expect((await askALot()).every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(state.reads).toBe(1);
  state.isDown = true;
  state.now += 5_001;
  expect((await askALot()).every(({ status }) => status === 'rejected')).toBe(true);
  await askALot();
  expect(state.reads).toBe(2);
  state.isDown = false;
  state.now += 2_001;
  await expect(ask(engine)).resolves.toMatchObject({ status: 200 });
  expect(state.reads).toBe(3);
});

test('storage that takes the question and never answers is down: whoever waits for health gets an answer', async () => {
  const { state, engine } = somewhere();
  state.isSilent = true;
  await expect(healthCheck(20)(engine)).rejects.toMatchObject({ status: 503, code: 'StorageUnreachable' });
});
