/** `npm start`: the whole product on this machine, with a simulated company, its progress, and hints what to try. */
import { join } from 'node:path';
import pc from 'picocolors';
import { SettingsError } from '../../shared/settings/Settings';
import { realClock } from '../clock/StackClock';
import { FunctionsHost } from '../azure/functions-host/FunctionsHost';
import { formatLogLine, type LogLine } from '../azure/functions-host/log';
import { buildWorld, worldSize, type World } from '../simulators/world/buildWorld';
import { dataFolder } from '../stack/dataFolder';
import { functionKey } from '../stack/functionKey';
import { explainStartError, functionsPort } from '../stack/functionsPort';
import { liveOn } from '../stack/liveOn';
import { LocalStack } from '../stack/LocalStack';
import { isStopping, stopOnSignal } from '../stack/stopOnSignal';
import { ConnectorView } from './start/ConnectorView';
import { CycleDigest } from './start/CycleDigest';
import { CycleWarnings } from './start/CycleWarnings';
import { EventFile } from './start/EventFile';
import { followFirstCycle } from './start/followFirstCycle';
import { hints, variables, type Someone } from './start/hints';
import { shellOf } from './start/shell';
import { leftOut, summary } from './start/summary';

/** Below GoTo's documented 10, which the simulator enforces. */
const DEMO_REQUESTS_PER_SECOND = '9.6';
const DEMO_SCHEDULE = '*/15 * * * * *';
const BATCH_SIZE = '20';
const LIFE_EVERY_MS = 25_000;
const SEED = 20_261_123;

const say = (...lines: readonly string[]): void => {
  for (const line of lines) console.log(line);
};
const part = (name: string, where: string): void => say(`  ${pc.green('●')} ${name.padEnd(20)} ${pc.dim(where)}`);

async function main(): Promise<void> {
  const given = process.env;
  const port = await functionsPort(given['FUNCTIONS_PORT']);
  const folder = dataFolder(given['DATA_FOLDER']);
  const key = functionKey(folder, given['FUNCTION_KEY']);
  const world = buildWorld(worldSize(given['WORLD'] ?? 'demo'), SEED, realClock);
  world.goto.behaviour.requestsPerSecond = 10;
  world.goto.behaviour.readLagMs = 1_500;

  say('', pc.bold('Entra–GoToMeeting connector') + pc.dim(' on this machine, with a simulated company'), '');
  const onStop = stopOnSignal();
  onStop(() => say('Stopped. The company is forgotten; `npm run host` keeps its state.'));
  const stack = await LocalStack.start({ world });
  onStop(() => stack.stop());
  const { directory, goto } = world;
  part('Simulated Entra', `${stack.entra.origin}  ${directory.users.size} people, ${directory.groups.size} groups`);
  part('Simulated GoTo', `${goto.origin}  ${goto.all().length} accounts`);
  part('Service Bus', `sb://127.0.0.1:${stack.broker.port}`);
  part('Azurite', /TableEndpoint=([^;]+)/.exec(stack.storage)?.[1] ?? '');

  // As after Authorize: what the connector signs in with lies in the vault, so that it can be authorized anew from here.
  const { keyVault } = stack.azure;
  keyVault.store('goto-client-secret', world.goto.clientSecret);
  keyVault.store('goto-refresh-token', world.goto.refreshToken);
  part('Key Vault', keyVault.origin);

  const environment = {
    PATH: given['PATH'],
    SYNC_SCHEDULE: DEMO_SCHEDULE,
    FULL_SYNC_SCHEDULE: '0 0 2 * * *',
    GOTO_REQUESTS_PER_SECOND: DEMO_REQUESTS_PER_SECOND,
    CREATE_BATCH_SIZE: BATCH_SIZE,
    ...pickSettings(given),
    ...stack.environment,
    // Of the simulated company's roles and licences, unless somebody tries others: SCOPE=all needs a rule for Default Access.
    ...(given['ROLE_ENTITLEMENTS'] ? { ROLE_ENTITLEMENTS: given['ROLE_ENTITLEMENTS'] } : {}),
    GOTO_CLIENT_SECRET: '',
    GOTO_PERSONAL_ACCESS_TOKEN: '',
  };
  const events = new EventFile(join(folder, 'events.log'));
  onStop(() => events.close());
  const digest = new CycleDigest((id) => nameOf(world, id));
  const showsEvents = process.argv.includes('--events');
  const onLog = (line: LogLine): void => {
    const text = formatLogLine(line, new Date());
    events.write(text);
    const ended = digest.read(line.message);
    if (showsEvents || isFault(line)) say(aboveTheBar(text));
    else if (ended?.line !== undefined && isFollowed) said(ended.line);
    if (ended !== undefined && isFollowed) void warn(ended.cycleId);
  };
  const said = (text: string): void => say(`${pc.dim(new Date().toISOString().slice(11, 19))} ${text}`);
  const warnings = new CycleWarnings();
  const warn = async (cycleId: string): Promise<void> => {
    // Whoever cannot be asked any more is stopping.
    const cycle = await connector.cycle(cycleId).catch(() => undefined);
    if (cycle !== undefined) for (const warning of warnings.newOf(cycle)) said(`${pc.yellow('!')} ${warning}`);
  };
  // The first cycle has a bar and a summary of its own.
  let isFollowed = false;
  let host: FunctionsHost;
  try {
    host = await FunctionsHost.start({ appDirectory: process.cwd(), environment, functionKey: key.value, port, onLog });
  } catch (error) {
    await stack.stop();
    throw new Error(explainStartError(error, port), { cause: error });
  }
  part(
    'Functions host',
    `${host.origin}  ${host.functions.length} functions, key ${key.file === undefined ? 'of FUNCTION_KEY' : `in ${key.file}`}`,
  );

  onStop(() => host.stop());
  const life = { stop: (): void => undefined };
  onStop(() => life.stop());
  onStop(() => say('', pc.dim('Stopping … what runs has a few seconds to end.')));

  const connector = new ConnectorView(host.origin, key.value);
  const problems = await connector.problems();
  if (problems.length > 0) throw new SettingsError(problems);
  await connector.sync();
  say('', `  The first cycle was asked for; the timer starts the others (${environment.SYNC_SCHEDULE}).`, '');
  const first = await followFirstCycle(connector);
  warnings.newOf(first);
  isFollowed = true;

  const shell = shellOf(process.platform, given);
  const places = {
    connector: host.origin,
    entra: stack.entra.origin,
    goto: goto.origin,
    keyFile: key.file,
    events: events.path,
  };
  say(
    ...summary(first, {
      allowed: environment.GOTO_REQUESTS_PER_SECOND,
      refused: goto.requests.filter((one) => one.status === 429).length,
      batchSize: environment.CREATE_BATCH_SIZE,
    }),
    '',
    pc.bold('Set these first, in another terminal'),
    '',
    ...variables(places, shell),
    ...leftOut(await connector.leftOut(first.id), shell),
    ...hints(places, shell, someone(world)),
  );
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
    'DELETE_AFTER_DAYS',
    'START_WITH_PLAN',
    'PLAN_MAX_AGE_HOURS',
    'SCOPE',
    'PROVISION_GROUPS',
    'EXPAND_NESTED_GROUPS',
    'CREATE_BATCH_SIZE',
  ];
  return Object.fromEntries(names.flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
}

/** The person's name in the simulated Entra. */
function nameOf({ directory }: World, id: string): string {
  const state = directory.users.get(id)?.latest;
  return typeof state === 'object' ? state.displayName : id;
}

/** Whom the hints look up: somebody in Entra with a mail address. */
function someone({ directory }: World): Someone | undefined {
  for (const id of directory.entitledIds()) {
    const state = directory.users.get(id)?.latest;
    if (typeof state === 'object' && state.mail !== null) return { id, mail: state.mail };
  }
  return undefined;
}

/** What stops the show; a change that failed is in the summary, or in the line of its cycle. */
const isFault = ({ level, message }: LogLine): boolean =>
  (level === 'error' || level === 'critical') && !message.includes('"change.failed"');

/** Over a bar that is being drawn: it draws itself anew below. */
const aboveTheBar = (line: string): string => (process.stdout.isTTY ? `\r\u001B[2K${line}` : line);

main().catch((error: unknown) => {
  if (isStopping()) return;
  console.error(`\n${pc.red(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
});
