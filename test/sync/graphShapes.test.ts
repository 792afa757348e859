/** Who reads Graph's synchronization API reads this one: its properties, its enums, and ours beside them, each documented. */
import { readFileSync } from 'node:fs';
import { jobAnswerSchema, type JobAnswer } from '../../shared/api/answers/JobAnswer';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { logAnswerSchema } from '../../shared/api/answers/LogAnswer';
import { getJob } from '../../shared/api/getJob';
import { listProvisioningLog } from '../../shared/api/listProvisioningLog';
import { postProvisionOnDemand } from '../../shared/api/postProvisionOnDemand';
import { apiRequest } from '../support/apiRequest';
import { GraphTypes } from '../support/GraphTypes';
import { cycles, heal, mailOf, newcomer, newPerson, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const graph = new GraphTypes();
/** Those of entra-provisioning.md 1.13, and one by analogy. */
const STEP_NAMES = [
  ...['EntryImport', 'EntryImportAdd', 'EntryImportUpdate', 'EntryImportDelete'],
  ...['EntrySynchronizationAdd', 'EntrySynchronizationUpdate'],
  ...['EntrySynchronizationScoping', 'EntrySynchronizationSkip'],
  ...['EntryExportAdd', 'EntryExportUpdate', 'EntryExportDelete', 'EntryEscrowRetry'],
];
let connector: TestConnector;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterAll(() => connector.stop());

const job = async (): Promise<JobAnswer> => jobAnswerSchema.parse((await getJob(connector.engine, apiRequest())).body);
/** What of the job Graph does not know: names of ours that the API's page has to explain. */
const ownParts = (answer: JobAnswer): string[] => {
  const lines = graph.differences(answer, 'SynchronizationJob').map((line) => line.replace('SynchronizationJob.', ''));
  return [...new Set(lines)];
};

test('before the first cycle, while one runs, and afterwards, the job is Graph’s, and what is not is documented', async () => {
  const before = await job();
  expect(before).toMatchObject({
    status: { code: 'NotRun', lastExecution: null, progress: [], steadyStateFirstAchievedTime: '0001-01-01T00:00:00Z' },
    schedule: { interval: 'PT5M' },
    mappingVersion: 'default',
  });
  const own = new Set(ownParts(before));

  const started = await connector.start();
  if (!started.started) throw new Error('not started');
  const running = await job();
  expect(running.status).toMatchObject({
    currentCycle: { id: started.cycle.id, state: expect.stringMatching(/queued|planning/) as unknown },
    progress: [{ units: 'changes' }],
  });
  expect(running.status.currentStages.map(({ name }) => name)).toEqual([
    ...['source', 'target', 'judgement', 'removals', 'changes', 'proof'],
  ]);
  for (const line of ownParts(running)) own.add(line);

  await connector.settle();
  const after = await job();
  for (const line of ownParts(after)) own.add(line);
  const page = readFileSync('docs/api.md', 'utf8');
  const undocumented = [...own].filter((line) => !page.includes(`\`${line.split('.').at(-1) ?? ''}\``));
  expect(undocumented).toEqual([]);
  // Ours stand beside Graph's, never in place of one.
  expect([...own].filter((line) => / is /.test(line))).toEqual([]);
});

test('the last cycle in Graph’s counts; the next run; who is managed', async () => {
  connector.later();
  const [blocked] = [someone(connector)];
  connector.world.directory.changeUser(blocked.id, { accountEnabled: false });
  newcomer(connector, 940);
  const cycle = await connector.cycle();
  const { status, schedule } = await job();
  expect(status.lastExecution).toMatchObject({
    activityIdentifier: cycle.id,
    state: 'Succeeded',
    countExported: 2,
    countExports: 2,
    countEscrowed: 0,
    counts: cycle.counts,
    skippedByReason: cycle.skippedByReason,
    error: null,
  });
  expect(status.lastSuccessfulExecutionWithExports?.activityIdentifier).toBe(cycle.id);
  expect(status.currentStages).toEqual([]);
  expect(Date.parse(schedule.nextRunDateTime ?? '')).toBeGreaterThan(connector.clock.now());

  connector.later();
  const quiet = await connector.cycle();
  const later = (await job()).status;
  expect(later.lastExecution).toMatchObject({ activityIdentifier: quiet.id, countExported: 0 });
  expect(later.lastSuccessfulExecutionWithExports?.activityIdentifier).toBe(cycle.id);
  expect(later.steadyStateFirstAchievedTime < later.steadyStateLastAchievedTime).toBe(true);
  const managed = later.synchronizedEntryCountByType[0]?.value ?? 0;
  expect(managed).toBe(later.people.managed);
  expect(managed).toBe([...connector.world.directory.entitledIds()].length);
});

test('every kind of entry of the log is Graph’s, wholly: names of steps and enums too', async () => {
  const [leaver, spare] = [newcomer(connector, 942), newcomer(connector, 943)];
  connector.world.goto.addUser({ email: mailOf(spare), firstName: 'A', lastName: 'B', licenseKeys: [MEETING_LICENSE] });
  newPerson(connector, 944, { accountEnabled: false });
  connector.world.directory.assign(newPerson(connector, 945, { mail: null, givenName: null }).id, 'User');
  await cycles(connector, 1);
  connector.world.directory.changeUser(someone(connector, 2).id, { surname: 'Married' });
  connector.world.directory.deleteUser(leaver.id);
  await cycles(connector, 2);
  await connector.run(() => postProvisionOnDemand(connector.engine, apiRequest({ user: someone(connector, 1).id })));
  const request = { ...apiRequest(), query: new URLSearchParams({ $top: '1000' }) };
  const { value } = logAnswerSchema.parse((await listProvisioningLog(connector.engine, request)).body);
  expect(new Set(value.map((entry) => entry.provisioningAction))).toEqual(
    new Set(['create', 'update', 'disable', 'other']),
  );
  for (const entry of value) {
    expect(graph.differences(entry, 'ProvisioningObjectSummary')).toEqual([]);
    expect([...graph.properties('ProvisioningObjectSummary').keys()].filter((name) => !(name in entry))).toEqual([]);
  }
  const names = new Set(value.flatMap((entry) => (entry.provisioningSteps ?? []).map(({ name }) => name)));
  expect([...names].filter((name) => !STEP_NAMES.includes(name))).toEqual([]);
});

test('cycles that fail one behind the other are counted, and one that does not ends the count', async () => {
  connector.stack.entra.addFault({ match: '/v1.0/', kind: 'status', status: 403, times: Number.MAX_SAFE_INTEGER });
  for (const failures of [1, 2]) {
    connector.later();
    await connector.cycle();
    const { status } = await job();
    expect(status.countSuccessiveCompleteFailures).toBe(failures);
    expect(status.lastExecution).toMatchObject({ state: 'Failed', error: { tenantActionable: true } });
    expect(status.lastSuccessfulExecution?.state).toBe('Succeeded');
  }
  heal(connector.stack.entra);
  connector.later();
  await connector.cycle();
  expect((await job()).status).toMatchObject({ countSuccessiveCompleteFailures: 0, lastExecution: { error: null } });
});
