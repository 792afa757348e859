/** I11, I13: a wait that GoTo demands is kept and told, and neither lasts for ever nor multiplies messages. */
import { z } from 'zod';
import { getCycle } from '../../shared/api/getCycle';
import { getJob } from '../../shared/api/getJob';
import { MessageSender } from '../../shared/queue/MessageSender';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { heal, newcomer, newPerson, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
beforeEach(async () => {
  connector = await TestConnector.start({ world: TINY });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const HOUR_MS = 3_600_000;
const jobView = z.object({ body: z.object({ status: z.object({ demandedWaitUntil: z.string().nullable() }) }) });
const cycleBody = z.object({ body: z.object({ waitingUntil: z.string().nullable() }) });

async function demandedWait(): Promise<number> {
  const { body } = jobView.parse(await getJob(connector.engine, apiRequest()));
  const until = body.status.demandedWaitUntil;
  return until === null ? 0 : Date.parse(until) - connector.clock.now();
}

test.each([
  ['of thirty years', '1000000000', HOUR_MS],
  ['of half an hour', '1800', HOUR_MS / 2],
  ['until a day of next year', 'Fri, 31 Dec 2027 23:59:59 GMT', HOUR_MS],
])('a demanded wait %s is kept, at most an hour, told, and multiplies no message', async (_name, header, wait) => {
  await connector.begin();
  const people = [0, 1, 2, 3, 4, 5].map((number) => newcomer(connector, 910 + number));
  connector.later();
  const sent = jest.spyOn(MessageSender.prototype, 'send');
  connector.world.goto.addFault({
    match: 'POST .*/users',
    kind: 'status',
    status: 429,
    headers: { 'retry-after': header },
  });
  const startedAt = connector.clock.now();
  const started = await connector.start();
  const id = started.started ? started.cycle.id : '';
  await connector.settle(startedAt + 60_000);
  expect(connector.world.goto.unfiredFaults).toEqual([]);
  expect(await demandedWait()).toBeGreaterThan(wait - 120_000);
  expect(await demandedWait()).toBeLessThanOrEqual(wait);
  const { body } = cycleBody.parse(await getCycle(connector.engine, apiRequest('', { id })));
  expect(Date.parse(body.waitingUntil ?? '')).toBeGreaterThan(connector.clock.now());

  // Another instance, and a 429 that was under way, know less: neither shortens the wait.
  const before = (await demandedWait()) + connector.clock.now();
  await connector.restart();
  await connector.engine.pacing.throttled(undefined);
  await connector.engine.pacing.throttled(1_000);
  expect((await demandedWait()) + connector.clock.now()).toBe(before);

  const posts = connector.world.goto.requests.length;
  await connector.settle(startedAt + wait - 120_000);
  expect(connector.world.goto.requests.length).toBe(posts);
  await connector.settle();
  expect(await connector.view(id)).toMatchObject({ state: 'succeeded', counts: { created: people.length } });
  const messages = sent.mock.calls.flatMap(([outgoing]) => outgoing).map(({ message }) => message.kind);
  // Each person lies in a chunk of its own, each of which waits once; the closer looks once a minute.
  expect(messages.filter((kind) => kind === 'chunk').length).toBeLessThanOrEqual(3 * people.length);
  expect(messages.filter((kind) => kind === 'job').length).toBeLessThan(wait / 60_000 + 15);
  expectConverged(connector);
});

test('a demanded wait until a day that is past is none', async () => {
  await connector.begin();
  newPerson(connector, 920);
  newcomer(connector, 921);
  const headers = { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' };
  connector.world.goto.addFault({ match: 'POST .*/users', kind: 'status', status: 429, headers });
  connector.later();
  const startedAt = connector.clock.now();
  expect((await connector.cycle()).counts.created).toBe(1);
  heal(connector.world.goto);
  expect(connector.clock.now() - startedAt).toBeLessThan(60_000);
});
