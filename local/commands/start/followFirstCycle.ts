/** A bar that shows how far the first cycle is. */
import { SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { ConnectorView, CycleView } from './ConnectorView';

const POLL_MS = 500;

/** @returns the cycle, once it has ended */
export async function followFirstCycle(connector: ConnectorView): Promise<CycleView> {
  const bar = new SingleBar({
    format: `  ${pc.cyan('{bar}')} {percentage}%  {value} of {total} people  {rate} a second  {left}`,
    hideCursor: true,
    barsize: 40,
    stopOnComplete: false,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  let isDrawn = false;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    // A worker that ends takes the requests it was answering with it; another one comes.
    const cycle = await connector.firstCycle().catch(() => undefined);
    if (cycle === undefined) continue;
    const { expected, done, ratePerSecond } = cycle.progress;
    if (expected > 0) {
      const payload = { rate: ratePerSecond.toFixed(1), left: whatIsLeft(cycle) };
      if (!isDrawn) bar.start(expected, done, payload);
      isDrawn = true;
      // While it is planned, the number of people grows.
      bar.setTotal(expected);
      bar.update(done, payload);
    }
    if (cycle.endDateTime === null) continue;
    if (isDrawn) bar.stop();
    return cycle;
  }
}

function whatIsLeft({ state, progress }: CycleView): string {
  if (state === 'planning') return 'reading Entra and GoTo …';
  if (state === 'closing') return 'comparing GoTo with the plan …';
  return progress.secondsLeft === null ? '' : `${progress.secondsLeft} s left`;
}
