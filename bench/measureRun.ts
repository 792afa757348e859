/** Runs one cycle to its end and says what it cost. */
import { z } from 'zod';
import { WORLDS } from '../local/simulators/world/buildWorld';
import type { BenchOptions } from './benchOptions';
import type { BenchStack } from './BenchStack';
import type { Floor, Run } from './RUNS';

const JOB = '/api/synchronization/jobs/gotomeeting';
/** Looking costs table requests too: the longer a cycle runs, the seldomer, from ms to ms. */
const FIRST_POLL_MS = 250;
const LAST_POLL_MS = 10_000;
/** Fewer writes say nothing about a rate. */
const MIN_WRITES = 50;
const TAIL_SHARE = 0.1;
/** One account, by key or by address. */
const LOOK = /\/users(\/\d+$|\?filter=)/;

const cycleSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  startDateTime: z.string(),
  endDateTime: z.string().nullable(),
  progress: z.looseObject({ expected: z.number() }),
});

export interface Measure {
  readonly run: Run['name'];
  readonly title: string;
  readonly state: string;
  readonly floor: Floor;
  readonly rows: number;
  readonly graph: number;
  readonly gotoReads: number;
  /** Of these, looks at one account, and what GoTo refused: the others are what does not grow with the changes. */
  readonly gotoLooks: number;
  readonly gotoWrites: number;
  readonly throttled: number;
  readonly messages: number;
  readonly tables: number;
  readonly transactions: number;
  readonly wallS: number;
  /** From the cycle's start to the first write, from there to the last, and from there to the end. */
  readonly toFirstS: number | undefined;
  readonly busyS: number | undefined;
  readonly closingS: number | undefined;
  /** Requests a second between the first write and the last, and in the last tenth of the writes. */
  readonly busyPerS: number | undefined;
  readonly tailPerS: number | undefined;
  readonly peakMb: number | undefined;
}

export async function measureRun(bench: BenchStack, run: Run, options: BenchOptions): Promise<Measure> {
  const floor = run.prepare(bench.world, WORLDS[options.world]);
  const before = bench.counters;
  bench.forgetPeak();
  let cycle = cycleSchema.parse(await bench.call(`${JOB}/sync`, { mode: run.mode }));
  for (let wait = FIRST_POLL_MS; cycle.endDateTime === null; wait = Math.min(LAST_POLL_MS, wait * 1.5)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    cycle = cycleSchema.parse(await bench.call(`${JOB}/cycles/${cycle.id}`));
  }
  const after = bench.counters;
  const startedAt = Date.parse(cycle.startDateTime);
  const endedAt = Date.parse(cycle.endDateTime);
  const { goto } = bench.world;
  const requests = goto.requests.slice(before.goto).filter((one) => one.path.startsWith('/admin/'));
  const writes = requests.filter((one) => one.method !== 'GET').map((one) => one.at);
  const first = writes[0];
  const last = writes.at(-1);
  const perSecond = (from: number | undefined): number | undefined =>
    from === undefined || last === undefined || writes.length < MIN_WRITES || last === from
      ? undefined
      : (requests.filter((one) => one.at > from && one.at <= last).length * 1_000) / (last - from);
  return {
    run: run.name,
    title: run.title,
    state: cycle.state,
    floor,
    rows: cycle.progress.expected,
    graph: after.graph - before.graph,
    gotoReads: requests.length - writes.length,
    gotoLooks: requests.filter((one) => one.method === 'GET' && (LOOK.test(one.path) || one.status === 429)).length,
    gotoWrites: writes.length,
    throttled: requests.filter((one) => one.status === 429).length,
    messages: after.messages - before.messages,
    tables: after.tables - before.tables,
    transactions: after.transactions - before.transactions,
    wallS: (endedAt - startedAt) / 1_000,
    toFirstS: first === undefined ? undefined : (first - startedAt) / 1_000,
    busyS: first === undefined || last === undefined ? undefined : (last - first) / 1_000,
    closingS: last === undefined ? undefined : (endedAt - last) / 1_000,
    busyPerS: perSecond(first),
    tailPerS: perSecond(writes[Math.floor(writes.length * (1 - TAIL_SHARE))]),
    peakMb: bench.peakMb,
  };
}
