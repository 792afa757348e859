/** How long a request to provision one person takes, from the call to the answer: a surname changes, the account follows. */
import type { BenchStack } from './BenchStack';

const PEOPLE = 40;
const ROUTE = '/api/synchronization/jobs/gotomeeting/provisionOnDemand';

/** Prints the median and the 95th percentile, in ms. */
export async function measureOnDemand(bench: BenchStack): Promise<void> {
  const { directory } = bench.world;
  const waits: number[] = [];
  for (const id of [...directory.entitledIds()].slice(0, PEOPLE)) {
    directory.changeUser(id, { surname: 'Ondemand' });
    const startedAt = performance.now();
    await bench.call(ROUTE, { user: id });
    waits.push(performance.now() - startedAt);
  }
  waits.sort((a, b) => a - b);
  const at = (share: number): string => (waits[Math.floor(share * (waits.length - 1))] ?? 0).toFixed(0);
  console.log(`on demand, ${waits.length} people     p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`);
}
