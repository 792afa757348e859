/** `npm start`: the whole product on this machine, with a simulated company, its progress, and hints what to try. */
import { SingleBar } from 'cli-progress';
import { join } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { realClock } from '../clock/StackClock';
import { FunctionsHost } from '../azure/functions-host/FunctionsHost';
import { formatLogLine, type LogLine } from '../azure/functions-host/log';
import { dataFolder } from '../stack/dataFolder';
import { functionKey } from '../stack/functionKey';
import { explainStartError, functionsPort } from '../stack/functionsPort';
import { liveOn } from '../stack/liveOn';
import { LocalStack } from '../stack/LocalStack';
import { isStopping, stopOnSignal } from '../stack/stopOnSignal';
import { buildWorld, WORLDS, type WorldName } from '../simulators/world/buildWorld';

/** Below GoTo's documented 10, which the simulator enforces. */
const DEMO_REQUESTS_PER_SECOND = '9.6';
const DEMO_SCHEDULE = '*/15 * * * * *';
const LIFE_EVERY_MS = 25_000;
const POLL_MS = 500;
const SEED = 20_261_123;

const JOB_PATH = '/api/synchronization/jobs/gotomeeting';

const cycleSchema = z.object({
  id: z.string(),
  state: z.string(),
  startDateTime: z.string(),
  endDateTime: z.string().nullable(),
  progress: z.object({
    expected: z.number(),
    done: z.number(),
    ratePerSecond: z.number(),
    secondsLeft: z.number().nullable(),
  }),
  counts: z.record(z.string(), z.number()),
  skippedByReason: z.record(z.string(), z.number()),
  calls: z.record(z.string(), z.number()),
  warnings: z.array(z.string()),
  error: z.string().nullable(),
});
type CycleView = z.output<typeof cycleSchema>;

const say = (text = ''): void => console.log(text);

async function main(): Promise<void> {
  const port = await functionsPort(process.env['FUNCTIONS_PORT']);
  const folder = dataFolder(process.env['DATA_FOLDER']);
  const key = functionKey(folder, process.env['FUNCTION_KEY']);
  const worldName = (process.env['WORLD'] ?? 'demo') as WorldName;
  if (!Object.hasOwn(WORLDS, worldName)) throw new Error(`WORLD must be one of ${Object.keys(WORLDS).join(', ')}.`);

  say(
    pc.bold('\nEntra–GoToMeeting connector') +
      pc.dim(' on this machine, with a simulated company\n') +
      pc.dim('forgotten when it stops; `npm run host` keeps its state\n'),
  );
  const world = buildWorld(WORLDS[worldName], SEED, realClock);
  world.goto.behaviour.requestsPerSecond = 10;
  world.goto.behaviour.readLagMs = 1_500;
  const stack = await LocalStack.start({ world });
  const part = (name: string, where: string): void => say(`  ${pc.green('●')} ${name.padEnd(20)} ${pc.dim(where)}`);
  part(
    'Simulated Entra',
    `${stack.entra.origin}  ${world.directory.users.size} people, ${world.directory.groups.size} groups`,
  );
  part('Simulated GoTo', `${world.goto.origin}  ${world.goto.all().length} accounts`);
  part('Service Bus', `sb://127.0.0.1:${stack.broker.port}`);
  part('Azurite', /TableEndpoint=([^;]+)/.exec(stack.storage)?.[1] ?? '');

  const environment = {
    PATH: process.env['PATH'],
    SYNC_SCHEDULE: DEMO_SCHEDULE,
    FULL_SYNC_SCHEDULE: '0 0 2 * * *',
    GOTO_REQUESTS_PER_SECOND: DEMO_REQUESTS_PER_SECOND,
    ...pickSettings(process.env),
    ...stack.environment,
  };
  const screen = { isBusy: true };
  let host: FunctionsHost;
  try {
    host = await FunctionsHost.start({
      appDirectory: process.cwd(),
      environment,
      functionKey: key,
      port,
      onLog: (line) => showLine(line, screen.isBusy),
    });
  } catch (error) {
    await stack.stop();
    throw new Error(explainStartError(error, port), { cause: error });
  }
  part('Functions host', `${host.origin}  ${host.functions.length} functions, key in ${join(folder, 'function-key')}`);

  const life = { stop: (): void => undefined };
  stopOnSignal(async () => {
    say(pc.dim('\nStopping …'));
    life.stop();
    await host.stop();
    await stack.stop();
    say('Stopped.');
  });

  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${host.origin}${path}`, { headers: { 'x-functions-key': key } })).json();
  const first = await followFirstCycle(read, environment.SYNC_SCHEDULE);
  summarize(first, world.goto.requests.filter((one) => one.status === 429).length);
  hints(host.origin, key, first.id);
  screen.isBusy = false;
  life.stop = liveOn(world, realClock, LIFE_EVERY_MS, ({ what, who }) =>
    say(`${pc.magenta('company')}  ${what}: ${who}`),
  );
}

/** Policies may be tried out from the environment; what the stack provides may not. */
function pickSettings(given: NodeJS.ProcessEnv): Record<string, string> {
  const names = [
    'SYNC_SCHEDULE',
    'FULL_SYNC_SCHEDULE',
    'USER_CHANGE_LANES',
    'GOTO_REQUESTS_PER_SECOND',
    'PROVISION_DEFAULT_ACCESS',
    'DRIFT_POLICY',
    'REMOVAL_LIMIT_COUNT',
    'REMOVAL_LIMIT_PERCENT',
    'PROTECTED_USERS',
    'SKIP_OUT_OF_SCOPE_DELETIONS',
  ];
  return Object.fromEntries(names.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
}

/** While the bar is drawn only faults are shown; later the events that matter. */
function showLine(line: LogLine, isBusy: boolean): void {
  const isFault = line.level === 'error' || line.level === 'warning';
  const matters =
    /"evt":"(cycle\.finished|change\.applied|cycle\.failed)"/.test(line.message) && !isQuiet(line.message);
  if (isFault || (!isBusy && matters)) say(formatLogLine(line, new Date()));
}

/** A cycle that found nothing to do says nothing. */
const isQuiet = (message: string): boolean =>
  message.includes('"cycle.finished"') &&
  !/"(created|linked|updated|disabled|reenabled|failed|parked)":[1-9]/.test(message);

async function followFirstCycle(read: (path: string) => Promise<unknown>, schedule: string): Promise<CycleView> {
  say(`\n  Waiting for the timer (${schedule}) to start the first cycle …\n`);
  const bar = new SingleBar({
    format: `  ${pc.cyan('{bar}')} {percentage}%  {value}/{total} changes  {rate}/s  {left}`,
    hideCursor: true,
    barsize: 40,
    stopOnComplete: false,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  let isDrawn = false;
  for (;;) {
    await new Promise((resolvePoll) => setTimeout(resolvePoll, POLL_MS));
    const list = z.object({ value: z.array(cycleSchema) }).safeParse(await read(`${JOB_PATH}/cycles?$top=100`));
    const cycle = list.success ? list.data.value.at(-1) : undefined;
    if (cycle === undefined) continue;
    const { expected, done, ratePerSecond, secondsLeft } = cycle.progress;
    if (expected > 0) {
      const payload = {
        rate: ratePerSecond.toFixed(1),
        left: cycle.state === 'closing' ? 'proving the result …' : `${secondsLeft ?? '?'} s left`,
      };
      if (!isDrawn) bar.start(expected, done, payload);
      isDrawn = true;
      // While it is planned, the number of changes grows.
      bar.setTotal(expected);
      bar.update(done, payload);
    }
    if (cycle.endDateTime === null) continue;
    if (isDrawn) bar.stop();
    return cycle;
  }
}

function summarize(cycle: CycleView, tooFast: number): void {
  const count = (name: string): number => cycle.counts[name] ?? 0;
  const seconds = (Date.parse(cycle.endDateTime ?? cycle.startDateTime) - Date.parse(cycle.startDateTime)) / 1_000;
  const line = (name: string, value: string | number): void => say(`  ${name.padEnd(22)} ${pc.bold(String(value))}`);
  const heading =
    cycle.error === null ? pc.green(`First cycle: ${cycle.state}`) : pc.red(`First cycle failed: ${cycle.error}`);
  say(`\n${pc.bold(heading)}\n`);
  for (const name of ['created', 'linked', 'updated', 'disabled', 'failed', 'parked']) line(name, count(name));
  line('skipped', count('skipped'));
  for (const [reason, number] of Object.entries(cycle.skippedByReason))
    say(`    ${pc.dim(reason.padEnd(26))} ${number}`);
  line('Graph calls', cycle.calls['graph'] ?? 0);
  line('GoTo reads / writes', `${cycle.calls['gotoReads'] ?? 0} / ${cycle.calls['gotoWrites'] ?? 0}`);
  line(
    'changes a second',
    `${cycle.progress.ratePerSecond}  (allowed calls a second: ${process.env['GOTO_REQUESTS_PER_SECOND'] ?? DEMO_REQUESTS_PER_SECOND}; answered 429: ${tooFast})`,
  );
  line('time', `${seconds.toFixed(1)} s`);
  for (const warning of cycle.warnings) say(`  ${pc.yellow('!')} ${warning}`);
}

function hints(origin: string, key: string, cycleId: string): void {
  const curl = (rest: string): string => `curl -s -H "x-functions-key: ${key}" ${rest}`;
  say(`\n${pc.bold('What to try next')} ${pc.dim('(the company lives on: watch this terminal)')}\n`);
  say(
    `  ${pc.dim('# the job, and the cycle that just ended')}\n  ${curl(`${origin}${JOB_PATH}`)}\n  ${curl(`${origin}${JOB_PATH}/cycles/${cycleId}`)}`,
  );
  say(
    `  ${pc.dim('# who was created, with old and new values')}\n  ${curl(`"${origin}/api/auditLogs/provisioning?%24top=5&%24filter=provisioningAction%20eq%20'create'"`)}`,
  );
  say(
    `  ${pc.dim('# a full synchronization now')}\n  ${curl(`-X POST -H "content-type: application/json" -d '{"mode":"full"}' ${origin}${JOB_PATH}/sync`)}`,
  );
  say(`\n  ${pc.dim('Ctrl-C stops everything.')}\n`);
}

main().catch((error: unknown) => {
  if (isStopping()) return;
  console.error(`\n${pc.red(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
});
