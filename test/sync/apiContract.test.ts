/** Whatever somebody sends to whichever route: the answer is what the API's document says, and never a fault of ours. */
import fc from 'fast-check';
import type { ApiRequest, ApiResponse } from '../../shared/api/ApiResponse';
import { problemBody, problemOf } from '../../shared/api/Problem';
import type { Route } from '../../shared/api/Route';
import { ROUTES } from '../../shared/api/ROUTES';
import { bodyOf } from '../support/apiRequest';
import { ApiContract } from '../support/ApiContract';
import { joined } from '../support/joined';
import { cycles, mailOf, newcomer, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const RUNS = 5;
const contract = new ApiContract();
let connector: TestConnector;
let known: { readonly cycleId: string; readonly id: string; readonly mail: string };

beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
  const { id: cycleId } = await connector.begin();
  newcomer(connector, 950);
  await cycles(connector, 1);
  const person = someone(connector);
  known = { cycleId, id: person.id, mail: mailOf(person) };
});
afterAll(async () => {
  await connector.settle();
  await connector.stop();
});

interface Sent {
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly job?: string;
}

/** As functions/httpAnswer answers. */
async function answerTo(route: Route, sent: Sent): Promise<{ status: number; type: string; text: string }> {
  const request: ApiRequest = {
    params: { job: sent.job ?? 'gotomeeting', id: sent.id },
    query: new URLSearchParams(sent.query),
    header: (name) => sent.headers[name.toLowerCase()] ?? null,
    body: bodyOf(sent.body),
    origin: 'http://localhost:7071',
  };
  let answer: ApiResponse;
  try {
    answer = await connector.run(() => route.handler(connector.engine, request));
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) throw error;
    return {
      status: problem.status,
      type: 'application/problem+json',
      text: JSON.stringify(problemBody(problem, 'an-invocation')),
    };
  }
  const { status, body, content, stream } = answer;
  if (content !== undefined) return { status, type: content.type, text: '' };
  if (stream !== undefined)
    return { status, type: stream.type, text: await connector.run(() => joined(stream.chunks)) };
  return { status, type: 'application/json', text: body === undefined ? '' : JSON.stringify(body) };
}

const addressOf = (route: Route): string => `/api/${route.path.replace('{job}', 'gotomeeting').replace('{id}', 'x')}`;
const differences = async (route: Route, sent: Sent): Promise<string[]> =>
  contract.differences(route.method, addressOf(route), await answerTo(route, sent));

const nothing: Sent = { id: '', query: {}, headers: {}, body: '' };

test.each(ROUTES.map((route) => [route.name, route] as const))(
  '%s answers what the document says, when asked as it says',
  async (name, route) => {
    const id = /user|release/i.test(name) ? known.id : name === 'getSchemaVersion' ? 'default' : known.cycleId;
    const bodies: Record<string, object> = {
      provisionOnDemand: { user: known.mail },
      parseExpression: { expression: 'Append([a], "x")' },
      putSchema: {},
    };
    const query = name === 'findUsers' ? { $search: 'a' } : {};
    expect(await differences(route, { ...nothing, id, query, body: JSON.stringify(bodies[name] ?? {}) })).toEqual([]);
    expect(await differences(route, { ...nothing, id: 'no-such-thing' })).toEqual([]);
    await connector.settle();
  },
);

const odd = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '../..',
    '%00',
    '\u0000',
    "o'hara@example.com",
    '${x}',
    'a'.repeat(3_000),
    '__proto__',
    '-1',
    '1e9',
  ),
);
const query = fc.dictionary(
  fc.constantFrom(
    '$filter',
    '$top',
    '$skiptoken',
    '$count',
    '$select',
    '$orderby',
    '$search',
    '$expand',
    'days',
    'code',
  ),
  fc.oneof(
    odd,
    fc.constantFrom(
      "state eq 'failed' and not (startDateTime gt 2026-01-01T00:00:00Z)",
      "contains(sourceIdentity/displayName, 'a')",
      'activityDateTime desc',
      'id,state',
      'true',
      '3',
      'eyJsaXN0IjoiY3ljbGVzIn0',
    ),
  ),
  { maxKeys: 4 },
);
const body = fc.oneof(
  odd,
  fc.json(),
  fc
    .record(
      {
        mode: fc.oneof(odd, fc.constantFrom('incremental', 'full')),
        dryRun: fc.anything(),
        hash: odd,
        user: odd,
        expression: fc.oneof(
          odd,
          fc.constantFrom('Switch([a], , "b")', 'Mid("abc", 1, 99999999999)', 'Split([a], ",")'),
        ),
        criteria: fc.anything(),
        parameters: fc.anything(),
        synchronizationRules: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one))),
);
const headers = fc.dictionary(
  fc.constantFrom('accept', 'idempotency-key', 'if-none-match', 'cookie'),
  fc.oneof(odd, fc.constant('text/csv')),
);

test.each(ROUTES.map((route) => [route.name, route] as const))(
  '%s: no question of any kind is answered with a fault of ours',
  async (_name, route) => {
    const id = fc.oneof(odd, fc.constantFrom(known.cycleId, known.id, known.mail));
    const sent = fc.record({ id, query, headers, body, job: fc.constantFrom('gotomeeting', 'gotomeeting', 'other') });
    await fc.assert(
      fc.asyncProperty(sent, async (one) => {
        expect(await differences(route, one)).toEqual([]);
      }),
      { numRuns: RUNS, seed: 13, endOnFailure: true },
    );
    await connector.settle();
  },
);
