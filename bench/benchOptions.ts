import { parseArgs } from 'node:util';
import { isWorld, WORLDS, type WorldName } from '../local/simulators/world/buildWorld';
import { RUNS, type RunName } from './RUNS';

export interface BenchOptions {
  readonly world: WorldName;
  /** Requests a second that GoTo takes; undefined for as many as come. */
  readonly rate: number | undefined;
  /** How long Graph and GoTo think over each request, in ms. */
  readonly latencyMs: number;
  /** Limit of the worker's heap in MB. */
  readonly heapMb: number | undefined;
  readonly runs: readonly RunName[];
  /** Where the worker leaves its CPU profile. */
  readonly profile: string | undefined;
  /** A file that gets the figures as JSON. */
  readonly out: string | undefined;
}

const USAGE = `npm run bench -- [world] [options]
  world             ${Object.keys(WORLDS).join(', ')}; W1 when none is named. "mapping": the mapping alone
  --rate <n>        requests a second that GoTo takes, 10 when not given
  --no-rate         no limit and no latency: what the connector itself takes
  --latency <ms>    of Graph and GoTo, 50 when not given
  --heap <MB>       the worker's --max-old-space-size, and a small instance's space for new objects
  --runs <a,b>      some of ${RUNS.map((run) => run.name).join(', ')}
  --profile <dir>   a CPU profile of the worker
  --out <file>      the figures as JSON, too`;

/** Requests leave in even slots, but arrive some ms apart from them: a little below GoTo's limit no second overflows. */
const ALLOWED_SHARE = 0.9;

/** What the connector is set to. */
export const allowedRate = ({ rate }: BenchOptions): number | undefined =>
  rate === undefined ? undefined : rate * ALLOWED_SHARE;

/** @throws Error for an unknown option or world */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string' },
      'no-rate': { type: 'boolean' },
      latency: { type: 'string' },
      heap: { type: 'string' },
      runs: { type: 'string' },
      profile: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const world = positionals[0] ?? 'W1';
  if (!isWorld(world)) throw new Error(`There is no world ${world}.\n${USAGE}`);
  const isFree = values['no-rate'] === true;
  const wanted = values.runs?.split(',');
  const unknown = wanted?.find((name) => !RUNS.some((run) => run.name === name));
  if (unknown !== undefined) throw new Error(`There is no run ${unknown}.\n${USAGE}`);
  return {
    world,
    rate: isFree ? undefined : Number(values.rate ?? 10),
    latencyMs: Number(values.latency ?? (isFree ? 0 : 50)),
    heapMb: values.heap === undefined ? undefined : Number(values.heap),
    runs: RUNS.map((run) => run.name).filter((name) => wanted?.includes(name) ?? true),
    profile: values.profile,
    out: values.out,
  };
}
