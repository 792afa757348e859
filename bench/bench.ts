/**
 * `npm run bench [-- W1 | mapping]`: what a cycle costs, beside the floor: the fewest calls possible at the allowed rate.
 * It prints; it does not pass or fail. Graph and GoTo answer after 50 ms, GoTo takes 10 requests a second.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { realClock } from '../local/clock/StackClock';
import { FunctionsHost } from '../local/functions-host/FunctionsHost';
import { LocalStack } from '../local/stack/LocalStack';
import { benchMapping } from './benchMapping';
import { buildWorld, newUser, WORLDS, type World, type WorldName } from '../local/world/buildWorld';

const LATENCY_MS = 50;
const RATE = 10;
const SEED = 1;
const KEY = 'bench';
const JOB = '/api/synchronization/jobs/gotomeeting';
const GOTO_PAGE = 1_000;
const GRAPH_PAGE = 999;

const cycleSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  startDateTime: z.string(),
  endDateTime: z.string().nullable(),
  progress: z.looseObject({ expected: z.number() }),
});

interface Floor {
  readonly graph: number;
  readonly gotoReads: number;
  readonly gotoWrites: number;
}

interface Result {
  readonly run: string;
  readonly state: string;
  readonly graph: number;
  readonly gotoReads: number;
  readonly gotoWrites: number;
  readonly throttled: number;
  readonly busyShare: number | undefined;
  readonly wallS: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly messages: number;
  readonly floor: Floor;
}

async function main(): Promise<void> {
  benchMapping();
  if (process.argv[2] === 'mapping') return;
  const name = (process.argv[2] ?? 'W1') as WorldName;
  if (!(name in WORLDS))
    throw new Error(`The world must be one of ${Object.keys(WORLDS).join(', ')}, or "mapping" for the mapping alone.`);
  const size = WORLDS[name];
  const world = buildWorld(size, SEED, realClock);
  world.goto.behaviour.requestsPerSecond = RATE;
  const stack = await LocalStack.start({ world });
  stack.entra.latencyMs = LATENCY_MS;
  world.goto.latencyMs = LATENCY_MS;
  const host = await FunctionsHost.start({
    appDirectory: process.cwd(),
    environment: {
      PATH: process.env['PATH'],
      SYNC_SCHEDULE: '0 0 3 1 1 *',
      FULL_SYNC_SCHEDULE: '0 0 3 1 1 *',
      // Requests leave in even slots, but arrive a few ms apart from them: a little below the limit no window overflows.
      GOTO_REQUESTS_PER_SECOND: String(RATE * 0.96),
      ...stack.environment,
    },
    functionKey: KEY,
    port: 0,
    workerFile: join(__dirname, '../local/worker.js'),
    onLog: (line) => {
      if (line.level === 'error') console.error(line.message);
    },
  });
  console.log(
    `${name}: ${size.people} people, ${size.groups} groups of ${size.membersPerGroup}; seed ${SEED}; ` +
      `Graph and GoTo ${LATENCY_MS} ms a call, GoTo ${RATE}/s; Node ${process.version}, ${cpus().length} cores\n`,
  );
  const results: Result[] = [];
  const entitled = world.directory.entitledIds().size;
  const graphPages = 4 + size.groups * Math.ceil(size.membersPerGroup / GRAPH_PAGE);
  const list = (accounts: number): number => Math.max(1, Math.ceil(accounts / GOTO_PAGE));
  try {
    results.push(
      await measure('initial', stack, host, 'full', {
        graph: graphPages,
        gotoReads: 1 + 1 + 1 + list(entitled + 1),
        gotoWrites: entitled,
      }),
    );
    results.push(await measure('no-op', stack, host, 'incremental', { graph: 3, gotoReads: 0, gotoWrites: 0 }));
    const changes = churn(world, Math.max(1, Math.round(entitled / 100)));
    // Each change to an account that exists is looked at before it is written to, and proven after.
    const floorReads = changes > 10 ? changes + list(entitled) : changes * 2;
    results.push(
      await measure('1 % churn', stack, host, 'incremental', { graph: 3, gotoReads: floorReads, gotoWrites: changes }),
    );
    print(results, peakMemoryMb(host.workerPid));
  } finally {
    await host.stop();
    await stack.stop();
  }
}

/** Renames, joiners and leavers by sign-in, a third each. @returns how many changes that makes in GoTo */
function churn({ directory, random }: World, count: number): number {
  const people = [...directory.entitledIds()];
  const group = [...directory.groups.keys()][0] ?? '';
  for (let index = 0; index < count; index += 1) {
    const id = people[(index * 7) % people.length] ?? '';
    if (index % 3 === 0) directory.changeUser(id, { surname: 'Renamed' });
    else if (index % 3 === 1) directory.addMember(group, directory.addUser(newUser(random, 500_000 + index)).id);
    else directory.changeUser(id, { accountEnabled: false });
  }
  return count;
}

async function measure(
  run: string,
  stack: LocalStack,
  host: FunctionsHost,
  mode: string,
  floor: Floor,
): Promise<Result> {
  const { goto } = stack.world;
  const marks = { graph: stack.entra.requests.length, goto: goto.requests.length, writes: goto.writes.length };
  const call = async (path: string, body?: object): Promise<unknown> =>
    (
      await fetch(`${host.origin}${path}`, {
        headers: { 'x-functions-key': KEY, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      })
    ).json();
  const startedAt = Date.now();
  let cycle = cycleSchema.parse(await call(`${JOB}/sync`, { mode }));
  while (cycle.endDateTime === null) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    cycle = cycleSchema.parse(await call(`${JOB}/cycles/${cycle.id}`));
  }
  const wallS = (Date.parse(cycle.endDateTime) - Date.parse(cycle.startDateTime)) / 1_000;
  const requests = goto.requests.slice(marks.goto).filter((one) => one.path.startsWith('/admin/'));
  const writes = goto.writes.slice(marks.writes);
  const delays = writes.map((write) => write.at - startedAt).sort((a, b) => a - b);
  const quantile = (share: number): number | undefined =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
  const busy = (writes.at(-1)?.at ?? 0) - (writes[0]?.at ?? 0);
  return {
    run,
    state: cycle.state,
    graph: stack.entra.requests.length - marks.graph,
    gotoReads: requests.filter((one) => one.method === 'GET').length,
    gotoWrites: requests.filter((one) => one.method !== 'GET').length,
    throttled: requests.filter((one) => one.status === 429).length,
    busyShare: writes.length > 100 ? (writes.length - 1) / (busy / 1_000) / RATE : undefined,
    wallS,
    p50: quantile(0.5),
    p95: quantile(0.95),
    messages: cycle.progress.expected,
    floor,
  };
}

/** The most memory the worker ever held (VmHWM), in MB. Linux only. */
function peakMemoryMb(pid: number | undefined): string {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return `${Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB`;
  } catch {
    return 'not known here';
  }
}

function print(results: readonly Result[], memory: string): void {
  const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`);
  const beside = (value: number, floor: number): string => `${value} (${floor})`;
  const rows = results.map((one) => ({
    run: one.run,
    state: one.state,
    'Graph calls (floor)': beside(one.graph, one.floor.graph),
    'GoTo reads (floor)': beside(one.gotoReads, one.floor.gotoReads),
    'GoTo writes (floor)': beside(one.gotoWrites, one.floor.gotoWrites),
    'write amplification': one.floor.gotoWrites === 0 ? '–' : (one.gotoWrites / one.floor.gotoWrites).toFixed(2),
    'rate used, busy': one.busyShare === undefined ? '–' : `${(one.busyShare * 100).toFixed(0)} %`,
    '429': one.throttled,
    'wall (floor)': `${one.wallS.toFixed(1)} s (${((one.floor.gotoReads + one.floor.gotoWrites) / RATE).toFixed(1)} s)`,
    'to applied p50 / p95': `${seconds(one.p50)} / ${seconds(one.p95)}`,
    messages: one.messages,
  }));
  console.table(rows);
  console.log(`Peak memory of the worker process: ${memory}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
