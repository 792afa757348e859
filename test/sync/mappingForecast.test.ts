/** A mapping cannot surprise: what it would make of everybody is told before it counts, and has to be meant. */
import { z } from 'zod';
import { getPeople } from '../../shared/api/getPeople';
import { Problem } from '../../shared/api/Problem';
import { deleteSchema, putSchema } from '../../shared/api/schema';
import { EntraSource } from '../../shared/entra/EntraSource';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { apiRequest } from '../support/apiRequest';
import { expectConverged } from '../support/expectConverged';
import { pauseWhenPlanned } from '../support/pauseWhenPlanned';
import { around } from '../support/stories';
import { TestConnector } from '../support/TestConnector';
import { restart } from '../support/restart';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

const foretold = z.object({
  count: z.number(),
  people: z.array(z.looseObject({ id: z.string(), displayName: z.string() })),
});
const forecastSchema = z.object({
  hash: z.string(),
  confirmationRequired: z.boolean(),
  people: z.number(),
  managed: z.number(),
  atRisk: z.number(),
  leaves: foretold,
  invalid: foretold,
  leftOut: foretold,
  joins: foretold,
  changes: foretold,
  unknown: z.number(),
});
const answerSchema = z.object({
  version: z.string().nullable(),
  cycleId: z.string().nullable(),
  forecast: forecastSchema,
});
type Query = Readonly<Record<string, string>>;
const put = async (body: object, query: Query = {}) =>
  answerSchema.parse((await putSchema(connector.engine, apiRequest(body, {}, query))).body);
const reset = async (query: Query = {}) =>
  answerSchema.parse((await deleteSchema(connector.engine, apiRequest('', {}, query))).body);
async function refusal(asked: Promise<unknown>): Promise<z.output<typeof forecastSchema>> {
  const problem = await asked.catch((error: unknown) => error);
  if (!(problem instanceof Problem)) throw new Error('it was not refused');
  expect(problem).toMatchObject({ status: 409, code: 'ConfirmationRequired' });
  return forecastSchema.parse(problem.extra['forecast']);
}
const activeVersion = () => connector.engine.store.schemas.activeVersion();

/** The built-in schema, read from other attributes, for some people only. */
function schema(own: Readonly<Record<string, string>>, scope: object | null = null): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const attributeMappings = mapping.attributeMappings.map((one) => {
    const expression = own[one.targetAttributeName];
    return expression === undefined ? one : { ...one, source: { expression, name: expression, type: 'Function' } };
  });
  return {
    ...DEFAULT_SCHEMA,
    synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope, attributeMappings }] }],
  };
}
const without = (department: string) => ({
  groups: [
    {
      name: 'filter',
      clauses: [
        { operatorName: 'NOT EQUALS', sourceOperandName: 'department', targetOperand: { values: [department] } },
      ],
    },
  ],
});
const people = () => [...connector.world.directory.entitledIds()].map((id) => connector.world.directory.user(id));

test('a filter that costs many people their access: told, asked, and then exactly that', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  connector.later();
  const everybody = people();
  const outside = everybody.filter((user) => user.department === 'Sales');
  expect(outside.length * 10).toBeGreaterThan(everybody.length);
  const body = schema({}, without('Sales'));

  // Told, by an attribute that no mapping has read yet; nothing is stored.
  const dry = await put(body, { dryRun: 'true' });
  expect(dry).toMatchObject({ version: null, cycleId: null });
  expect(dry.forecast).toMatchObject({
    confirmationRequired: true,
    managed: everybody.length,
    atRisk: outside.length,
    leaves: { count: outside.length },
    invalid: { count: 0 },
    changes: { count: 0 },
    unknown: 0,
  });
  const names = new Map(outside.map((user) => [user.id, user.displayName]));
  for (const one of dry.forecast.leaves.people) {
    expect(one).toMatchObject({ displayName: names.get(one.id), reason: 'OutOfScope' });
  }
  expect(dry.forecast.leaves.people).toHaveLength(Math.min(10, outside.length));
  expect(await connector.engine.store.schemas.versions()).toEqual([]);

  // Asked: without a hash, and with another one, nothing happens.
  expect((await refusal(put(body))).hash).toBe(dry.forecast.hash);
  await refusal(put(body, { confirm: 'yes' }));
  await refusal(put(schema({}, without('Legal')), { confirm: dry.forecast.hash }));
  expect(await activeVersion()).toBe('default');

  // Exactly that.
  const done = await put(body, { confirm: dry.forecast.hash });
  expect(await activeVersion()).toBe(done.version);
  await connector.settle();
  connector.later();
  expect((await connector.cycle()).counts.disabled).toBe(outside.length);

  // The way back takes nothing from anybody: nobody has to confirm it.
  const back = await reset();
  expect(back.forecast).toMatchObject({
    confirmationRequired: false,
    joins: { count: outside.length },
    leaves: { count: 0 },
  });
  await connector.settle();
  expectConverged(connector);
});

test('a mapping that gives nobody an address is told and asked; a cycle with it warns', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  connector.later();
  const body = schema({ userName: 'Append("nobody in ", [department])' });
  const forecast = await refusal(put(body));
  expect(forecast.invalid.count).toBe(people().length);
  expect(forecast.invalid.people[0]).toMatchObject({ reason: 'InvalidValue' });
  const { cycleId } = await put(body, { confirm: forecast.hash });
  await connector.settle();
  const cycle = await connector.view(cycleId ?? '');
  expect(cycle.warnings.join()).toMatch(
    new RegExp(`${people().length} of .* have no valid values by the mapping`, 'u'),
  );
  expect(cycle.counts.disabled).toBe(0);
});

test('a mapping that changes everybody takes nothing: told, not asked', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  connector.later();
  const { forecast, cycleId } = await put(schema({ 'name.givenName': 'ToUpper([givenName])' }));
  expect(forecast).toMatchObject({ confirmationRequired: false, leaves: { count: 0 }, invalid: { count: 0 } });
  expect(forecast.changes.count).toBeGreaterThan(0);
  expect(forecast.changes.people[0]).toMatchObject({ attributes: ['firstName'] });
  await connector.settle();
  expect((await connector.view(cycleId ?? '')).counts.updated).toBe(forecast.changes.count);
});

test('a forecast that Entra has no time for is another one each time, and can be confirmed all the same', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  connector.later();
  // By an attribute that no mapping has read yet: everybody is asked for.
  const body = schema({}, without('Sales'));
  const cutAfter = (asked: number) =>
    around(EntraSource.prototype, 'getPeople', {
      after: (call) => {
        if (call === asked) connector.clock.advance(61_000);
      },
    });
  try {
    cutAfter(2);
    const first = await refusal(put(body));
    jest.restoreAllMocks();
    cutAfter(9);
    const second = await refusal(put(body));
    expect(first.unknown).toBeGreaterThan(second.unknown);
    expect(second.unknown).toBeGreaterThan(0);
    jest.restoreAllMocks();
    cutAfter(5);
    expect((await put(body, { confirm: first.hash })).version).toEqual(expect.any(String));
  } finally {
    jest.restoreAllMocks();
  }
  await connector.settle();
});

test('wrong words are refused', async () => {
  connector = await TestConnector.start();
  await expect(put(schema({}), { dryRun: 'yes' })).rejects.toMatchObject({ status: 400, code: 'InvalidDryRun' });
  await expect(putSchema(connector.engine, apiRequest('{"name":"\uFFFD"}'))).rejects.toMatchObject({
    status: 400,
    code: 'InvalidJson',
  });
});

test('whom a stopped restart has untied is managed all the same: the page counts them, and a filter that costs them their access has to be meant', async () => {
  connector = await TestConnector.start();
  await connector.cycle();
  pauseWhenPlanned(connector);
  connector.later();
  await restart(connector, 'Full');
  await connector.settle();
  const managed = people().length;
  const { forecast } = await put(schema({}, without('Sales')), { dryRun: 'true' });
  expect(forecast).toMatchObject({ confirmationRequired: true, managed });
  expect((await getPeople(connector.engine, apiRequest())).body).toMatchObject({ managed });
});
