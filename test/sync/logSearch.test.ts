/** What the help desk and a script ask the log and the list of cycles, of a company that ran for a while. */
import { z } from 'zod';
import type { ApiHandler } from '../../shared/api/ApiHandler';
import { getPlan } from '../../shared/api/getPlan';
import { listCycles } from '../../shared/api/listCycles';
import { listProvisioningLog } from '../../shared/api/listProvisioningLog';
import { apiRequest, csvLines, csvRequest } from '../support/apiRequest';
import { decide, planOf } from '../support/approvals';
import { cycles, newcomer, someone, TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const logPage = z.looseObject({
  value: z.array(
    z.looseObject({
      id: z.string(),
      activityDateTime: z.string(),
      sourceIdentity: z.looseObject({ id: z.string(), displayName: z.string() }),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
  '@odata.count': z.number().optional(),
  '@gotomeeting.message': z.string().optional(),
});
type LogPage = z.output<typeof logPage>;

let connector: TestConnector;
let firstId: string;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
  firstId = (await connector.begin()).id;
  newcomer(connector, 900, { displayName: "Zoë O'Hara and Sons", mail: 'zoe.hara@example.com' });
  connector.world.directory.changeUser(someone(connector).id, { accountEnabled: false });
  await cycles(connector, 3);
});
afterAll(() => connector.stop());

test('what was approved long after it was planned stands in the log of the day when it was done', async () => {
  const own = await TestConnector.start({
    world: TINY,
    settings: { REMOVAL_LIMIT_COUNT: '0', REMOVAL_LIMIT_PERCENT: '0' },
  });
  try {
    await own.begin();
    const leaver = someone(own);
    own.world.directory.changeUser(leaver.id, { accountEnabled: false });
    const { id } = await own.cycle();
    own.later(12 * 86_400_000);
    const approvedAt = new Date(own.clock.now()).toISOString();
    await decide(own, 'approve', id, (await planOf(own, id)).hash);
    await own.settle();
    expect(own.accountOf(leaver.id)?.licenseKeys).toEqual([]);
    const query = new URLSearchParams({ $filter: `activityDateTime ge ${approvedAt}` });
    const { body } = await listProvisioningLog(own.engine, { ...apiRequest(), query });
    expect(logPage.parse(body).value).toMatchObject([
      { cycleId: id, provisioningAction: 'disable', sourceIdentity: { id: leaver.id } },
    ]);
  } finally {
    await own.stop();
  }
});

const ask = async (handler: ApiHandler, query: Record<string, string>, params = {}) =>
  (await handler(connector.engine, { ...apiRequest('', params), query: new URLSearchParams(query) })).body;
const log = async (query: Record<string, string>): Promise<LogPage> =>
  logPage.parse(await ask(listProvisioningLog, query));

/** All pages of a query. */
async function allPages(query: Record<string, string>): Promise<LogPage['value']> {
  const found: LogPage['value'][number][] = [];
  let next: Record<string, string> | undefined = query;
  while (next !== undefined) {
    const page: LogPage = await log(next);
    found.push(...page.value);
    const link = page['@odata.nextLink'];
    next = link === undefined ? undefined : Object.fromEntries(new URL(link).searchParams);
  }
  return found;
}

test('a person is found by parts of name, mail and user principal name, in any case', async () => {
  for (const $filter of [
    `contains(sourceIdentity/displayName, 'o''hara AND')`,
    `startswith(sourceIdentity/mail, 'ZOE.')`,
    `sourceIdentity/mail eq 'zoe.hara@example.com'`,
    `startswith(sourceIdentity/displayName, 'zoë') and provisioningAction eq 'create'`,
    `contains(sourceIdentity/userPrincipalName, '@') and contains(sourceIdentity/displayName, 'zoë')`,
  ]) {
    const { value } = await log({ $filter });
    expect(value.map((one) => one.sourceIdentity.displayName)).toEqual(["Zoë O'Hara and Sons"]);
    expect(value[0]?.sourceIdentity['details']).toMatchObject({ mail: 'zoe.hara@example.com' });
  }
});

test('whoever finds nobody is told why', async () => {
  const messageOf = async ($filter: string) => (await log({ $filter }))['@gotomeeting.message'];
  // What no key of a table can be is no question to the tables: they would call it a fault.
  for (const id of ['a-typing-error', 'a/b\u0000#?', 'ü'.repeat(3_900)])
    expect(await messageOf(`sourceIdentity/id eq '${id}'`)).toMatch(/never met a person with this object id/);
  expect(await messageOf(`contains(sourceIdentity/mail, 'nobody@')`)).toMatch(/Nobody .* is called so/);
  const known = someone(connector, 1).id;
  expect(await messageOf(`sourceIdentity/id eq '${known}' and provisioningAction eq 'delete'`)).toMatch(
    /none that fits the rest of the filter/,
  );
  expect(await messageOf(`sourceIdentity/id eq '${known}'`)).toBeUndefined();
});

test('a page of one costs no round trip a row, and pages of any size tell the same in the same order', async () => {
  const whole = await allPages({ $top: '1000' });
  expect(whole.length).toBeGreaterThan(5);
  for (const $top of ['1', '2', '3']) expect(await allPages({ $top })).toEqual(whole);
  const rowsPage = jest.spyOn(
    Object.getPrototypeOf(connector.engine.store.plans) as typeof connector.engine.store.plans,
    'rowsPage',
  );
  try {
    await log({ $top: '1', $filter: `targetIdentity/id eq 'nobody'` });
    // One page a cycle that has rows.
    expect(rowsPage.mock.calls.length).toBeLessThanOrEqual(5);
  } finally {
    rowsPage.mockRestore();
  }
});

test('the log in order of time, of everybody, of one cycle, of one person; any other order is refused', async () => {
  const timesOf = (entries: LogPage['value']) => entries.map((one) => one.activityDateTime);
  const $orderby = 'activityDateTime desc';
  const all = timesOf(await allPages({ $orderby, $top: '2' }));
  expect(all).toEqual(all.toSorted().reverse());
  expect(all).toHaveLength((await allPages({})).length);
  const $filter = `cycleId eq '${firstId}'`;
  const one = await log({ $filter, $orderby: 'activityDateTime asc', $count: 'true' });
  expect(timesOf(one.value)).toEqual(timesOf(one.value).toSorted());
  expect(one['@odata.count']).toBe(one.value.length);
  await expect(log({ $orderby: 'activityDateTime asc' })).rejects.toMatchObject({ code: 'InvalidOrderBy' });
  await expect(log({ $count: 'true' })).rejects.toMatchObject({ code: 'InvalidCount' });
});

test('an order by name is kept, one cycle at a time', async () => {
  const named = await allPages({
    $filter: `cycleId eq '${firstId}'`,
    $orderby: 'sourceIdentity/displayName desc',
    $top: '2',
  });
  const names = named.map((one) => one.sourceIdentity.displayName);
  expect(new Set(names).size).toBeGreaterThan(3);
  expect(names).toEqual(names.toSorted().reverse());
});

test('what is counted is all that matches, on every page, of several cycles, too', async () => {
  const ids = [...new Set((await allPages({})).map((one) => String(one['cycleId'])))];
  const $filter = `cycleId in (${ids.map((id) => `'${id}'`).join(',')})`;
  const whole = await allPages({ $filter });
  let next: Record<string, string> | undefined = { $filter, $count: 'true', $top: '2' };
  const seen: string[] = [];
  while (next !== undefined) {
    const page: LogPage = await log(next);
    expect(page['@odata.count']).toBe(whole.length);
    seen.push(...page.value.map((one) => one.id));
    const link = page['@odata.nextLink'];
    next = link === undefined ? undefined : Object.fromEntries(new URL(link).searchParams);
  }
  expect(seen.toSorted()).toEqual(whole.map((one) => one.id).toSorted());
});

test('entries that come while somebody pages show nobody twice and leave nobody out', async () => {
  const person = someone(connector, 2);
  const $filter = `sourceIdentity/id eq '${person.id}'`;
  const rename = async (surname: string): Promise<void> => {
    connector.world.directory.changeUser(person.id, { surname });
    await cycles(connector, 2);
  };
  await rename('Before');
  const before = await allPages({ $filter });
  expect(before.length).toBeGreaterThan(1);
  const first = await log({ $filter, $top: '1' });
  await rename('Meanwhile');
  const rest = await allPages(Object.fromEntries(new URL(first['@odata.nextLink'] ?? '').searchParams));
  expect([...first.value, ...rest].map((one) => one.id)).toEqual(before.map((one) => one.id));
});

test('dates choose entries, and only the cycles they can lie in are read', async () => {
  const all = await allPages({});
  const [newest] = all
    .map((one) => one.activityDateTime)
    .toSorted()
    .reverse();
  if (newest === undefined) throw new Error('an empty log');
  const since = await allPages({ $filter: `activityDateTime ge ${newest}` });
  expect(since.map((one) => one.id)).toEqual(all.filter((one) => one.activityDateTime >= newest).map((one) => one.id));
  const before = await allPages({ $filter: `activityDateTime lt ${newest}` });
  expect(before).toHaveLength(all.length - since.length);
  expect(await allPages({ $filter: `activityDateTime gt 2027-01-01` })).toEqual([]);
});

test('cycles are filtered, counted and paged; an order they do not have is refused', async () => {
  const list = async (query: Record<string, string>) =>
    z
      .looseObject({
        value: z.array(z.looseObject({ id: z.string().optional(), mode: z.string().optional() })),
        '@odata.nextLink': z.string().optional(),
        '@odata.count': z.number().optional(),
      })
      .parse(await ask(listCycles, query));
  const all = await list({ $top: '100', $count: 'true' });
  expect(all['@odata.count']).toBe(all.value.length);
  expect(all['@odata.nextLink']).toBeUndefined();
  const initial = await list({
    $filter: `mode eq 'initial' and state in ('succeeded')`,
    $select: 'id',
    $count: 'true',
  });
  expect(initial).toMatchObject({ value: [{ id: firstId }], '@odata.count': 1 });
  const ids: unknown[] = [];
  let next: Record<string, string> | undefined = { $top: '2' };
  while (next !== undefined) {
    const page: Awaited<ReturnType<typeof list>> = await list(next);
    ids.push(...page.value.map((one) => one.id));
    next =
      page['@odata.nextLink'] === undefined
        ? undefined
        : Object.fromEntries(new URL(page['@odata.nextLink']).searchParams);
  }
  expect(ids).toEqual(all.value.map((one) => one.id));
  await expect(list({ $orderby: 'startDateTime asc' })).rejects.toMatchObject({ code: 'InvalidOrderBy' });
  await expect(list({ $filter: `nothing eq 'x'` })).rejects.toMatchObject({ code: 'InvalidFilter' });
  await expect(list({ $skiptoken: 'eyJjb250aW51YXRpb24iOiJnYXJiYWdlIn0' })).rejects.toMatchObject({
    code: 'InvalidSkipToken',
  });
});

test('a plan is filtered by action, and a place of another list is refused', async () => {
  const plan = async (query: Record<string, string>) =>
    z
      .looseObject({
        entries: z.array(z.looseObject({ action: z.string() })),
        '@odata.nextLink': z.string().optional(),
      })
      .parse(await ask(getPlan, query, { id: firstId }));
  const created = await plan({ $filter: `action eq 'create'`, $top: '1' });
  expect(created.entries.map((one) => one.action)).toEqual(['create']);
  const place = new URL(created['@odata.nextLink'] ?? '').searchParams.get('$skiptoken') ?? '';
  expect((await plan({ $filter: `action eq 'create'`, $skiptoken: place })).entries.length).toBeGreaterThan(0);
  await expect(log({ $skiptoken: place })).rejects.toMatchObject({ code: 'InvalidSkipToken' });
  const foreign = Buffer.from(JSON.stringify({ cycleId: firstId, continuation: 'garbage' })).toString('base64url');
  await expect(log({ $skiptoken: foreign })).rejects.toMatchObject({ code: 'InvalidSkipToken' });
});

test('the log is a table for whoever accepts one: every entry that matches, in the same order, and no part of it quietly', async () => {
  const table = async (query: Record<string, string>): Promise<string[]> =>
    csvLines(await listProvisioningLog(connector.engine, csvRequest('', {}, query)));
  const lines = await table({});
  expect(lines[0]).toMatch(/^\uFEFFactivityDateTime,displayName,/);
  const all = await allPages({ $top: '50' });
  expect(lines.slice(1).map((line) => line.split(',').at(-1))).toEqual(all.map(({ id }) => id));
  const ofOne = `contains(sourceIdentity/displayName, 'zoë') and provisioningAction eq 'create'`;
  expect((await table({ $filter: ofOne })).slice(1)).toEqual([
    expect.stringMatching(/^2\d{3}-.*,"?Zoë O'Hara and Sons"?,User,create,success,.*licenseKeys/),
  ]);
  for (const part of [{ $top: '5' }, { $select: 'id' }, { $count: 'true' }])
    await expect(table(part)).rejects.toMatchObject({ status: 400, code: 'UnsupportedOption' });
  await expect(table({ $orderby: 'reason' })).rejects.toMatchObject({ status: 400, code: 'InvalidOrderBy' });
});

test('an id that nobody can have finds nobody, and is no fault of the storage', async () => {
  for (const id of ['../../x', 'a\\b', 'a#b?c', 'a\u0000b', 'x'.repeat(3_000)])
    expect(await log({ $filter: `sourceIdentity/id eq '${id}'` })).toMatchObject({
      value: [],
      '@gotomeeting.message': expect.stringContaining('never met') as unknown,
    });
});
