/** What `npm start` shows: lines for people, and commands for the shell they have. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectorView } from '../../local/commands/start/ConnectorView';
import { CycleDigest } from '../../local/commands/start/CycleDigest';
import { CycleWarnings } from '../../local/commands/start/CycleWarnings';
import { hints, variables } from '../../local/commands/start/hints';
import { shellOf } from '../../local/commands/start/shell';
import { leftOut, summary } from '../../local/commands/start/summary';
import { worldSize } from '../../local/simulators/world/buildWorld';

const places = {
  connector: 'http://localhost:7071',
  entra: 'http://127.0.0.1:1',
  goto: 'http://127.0.0.1:2',
  keyFile: '/data/function-key',
  events: '/data/events.log',
};
const max = { id: 'id-1', mail: 'max+o’b@example.com' };
const cycle = {
  id: 'c1',
  state: 'succeeded',
  startDateTime: '2026-03-02T08:00:00Z',
  endDateTime: '2026-03-02T08:00:40Z',
  progress: { expected: 900, done: 900, ratePerSecond: 22.5, secondsLeft: 0 },
  counts: { created: 600, linked: 300, skipped: 2, failed: 0 },
  skippedByReason: { SignInBlocked: 2 },
  calls: { graph: 104, gotoReads: 100, gotoWrites: 140 },
  warnings: ['a warning'],
  error: null,
};

describe('a later cycle is one line', () => {
  const digest = new CycleDigest((id) => `Person ${id}`);
  const event = (fields: object): string | undefined => digest.read(JSON.stringify(fields))?.line;
  const applied = (action: string, sourceId: string): string | undefined =>
    event({ evt: 'change.applied', cycleId: 'c', sourceId, action, status: 'success', reason: 'x' });

  test('that names who joined, left, changed and failed', () => {
    for (const id of ['1', '2', '3', '4', '5', '6', '7']) applied('create', id);
    applied('disable', '8');
    event({ evt: 'change.failed', cycleId: 'c', sourceId: '9', code: 'AccountLimit', message: 'x' });
    expect(event({ evt: 'cycle.finished', cycleId: 'c', state: 'succeededWithErrors', ms: 3_210 })).toBe(
      'cycle succeededWithErrors in 3.2 s  joined: Person 1, Person 2, Person 3, Person 4, Person 5 and 2 more · ' +
        'left: Person 8 · failed (AccountLimit): Person 9',
    );
  });

  test('whoever joined and was moved to a group is told once', () => {
    applied('create', '1');
    applied('update', '1');
    applied('update', '2');
    expect(event({ evt: 'cycle.finished', cycleId: 'c', state: 'succeeded', ms: 1_000 })).toBe(
      'cycle succeeded in 1.0 s  joined: Person 1 · changed: Person 2',
    );
  });

  test('and none when nothing happened, but always when it failed', () => {
    const quiet = { evt: 'cycle.finished', cycleId: 'quiet', state: 'succeeded', ms: 900 };
    expect(digest.read(JSON.stringify(quiet))).toEqual({ cycleId: 'quiet' });
    expect(event({ evt: 'cycle.failed', cycleId: 'bad', state: 'failed', ms: 900 })).toBe('cycle failed in 0.9 s');
    expect(digest.read('no event')).toBeUndefined();
    expect(digest.read('{ broken')).toBeUndefined();
  });
});

test('what a later cycle warns of is told, and told once', () => {
  const warnings = new CycleWarnings();
  const invalid = (id: string): string =>
    `900 of 900 people have no valid values: GET …/cycles/${id} tells the reasons.`;
  expect(warnings.newOf({ id: '863-a', warnings: ['a role has no rule'] })).toEqual(['a role has no rule']);
  expect(warnings.newOf({ id: '863-b', warnings: ['a role has no rule', invalid('863-b')] })).toEqual([
    invalid('863-b'),
  ]);
  expect(warnings.newOf({ id: '863-c', warnings: [invalid('863-c')] })).toEqual([]);
});

test('the numbers of the first cycle explain themselves', () => {
  const text = summary(cycle, { allowed: '9.6', refused: 3, batchSize: '20' }).join('\n');
  expect(text).toContain('First cycle: succeeded');
  expect(text).toContain('240 requests to GoTo (6.0 a second on average, at most 9.6 are allowed) and 104 to Graph');
  expect(text).toContain('creates up to 20 accounts');
  expect(text).toMatch(/"too many" \(429\) 3 times[\s\S]*nothing was lost/);
  expect(text).not.toContain('failed');
  expect(summary(cycle, { allowed: '9.6', refused: 0, batchSize: '20' }).join('\n')).not.toContain('429');
});

test('who was left out is named by reason, with the command that tells why', () => {
  const people = ['a', 'b', 'c', 'd'].map((id) => ({ sourceId: id, displayName: `P ${id}`, reason: 'SignInBlocked' }));
  expect(leftOut(people, shellOf('linux', {})).join('\n')).toMatch(
    /SignInBlocked.*P a, P b, P c and 1 more\n.*\$JOB\/users\/a.*answer/,
  );
  expect(leftOut([], shellOf('linux', {}))).toEqual([]);
});

test('commands are those of the shell at hand, and hold no key', () => {
  const posix = [...variables(places, shellOf('linux', {})), ...hints(places, shellOf('linux', {}), max)].join('\n');
  expect(posix).toContain("KEY=$(cat '/data/function-key')");
  expect(posix).toContain('curl -s -H "x-functions-key: $KEY" "$JOB"');
  expect(posix).toContain('provisioning?\\$top=5&\\$filter=provisioningAction%20eq%20');
  expect(posix).toContain(`-X POST -H "content-type: application/json" -d '{"mode":"full"}' "$JOB/sync"`);
  expect(posix).toContain('http://127.0.0.1:2/_simulator/state?search=max%2Bo');
  for (const [platform, environment] of [
    ['win32', {}],
    ['linux', { PSModulePath: '/opt/microsoft/powershell' }],
  ] as const) {
    const shell = shellOf(platform, environment);
    const powerShell = [...variables(places, shell), ...hints(places, shell, max)].join('\n');
    expect(powerShell).toContain("$KEY = Get-Content '/data/function-key'");
    expect(powerShell).toContain(`Invoke-RestMethod -Headers @{ 'x-functions-key' = $KEY } "$JOB"`);
    expect(powerShell).toContain('provisioning?`$top=5&`$filter=');
    expect(powerShell).not.toContain('curl');
  }
});

test('a world that is none is refused with those there are', () => {
  expect(worldSize('demo').people).toBe(1_000);
  for (const wrong of ['nope', 'constructor', ''])
    expect(() => worldSize(wrong)).toThrow(`WORLD must be one of small, demo, W1, W2, W3, not "${wrong}".`);
});

test('an entry of several steps is told by its last one, which says why', async () => {
  const step = (name: string, details: object): object => ({ name, details });
  const entry = {
    sourceIdentity: { id: 'a', displayName: null },
    provisioningStatusInfo: { errorInformation: null },
    provisioningSteps: [
      step('EntryImport', {}),
      step('EntryScoping', { Roles: 'User' }),
      step('EntryExport', { SkipReason: 'SignInBlocked' }),
    ],
  };
  const server = createServer((_request, response) => response.end(JSON.stringify({ value: [entry] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const people = await new ConnectorView(`http://127.0.0.1:${port}`, 'key').leftOut('c1');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(people).toEqual([{ sourceId: 'a', displayName: 'a', reason: 'SignInBlocked' }]);
});

test('settings that are wrong are told at once: every route but health would only say so, and no cycle ever comes', async () => {
  let health: object = { code: 'SettingsInvalid', problems: ['DRIFT_POLICY: must be "report" or "repair"'] };
  const server = createServer((_request, response) => response.writeHead(503).end(JSON.stringify(health)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connector = new ConnectorView(`http://127.0.0.1:${port}`, 'key');
  expect(await connector.problems()).toEqual(['DRIFT_POLICY: must be "report" or "repair"']);
  health = { status: 'ok', job: 'Active', connected: true };
  expect(await connector.problems()).toEqual([]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
