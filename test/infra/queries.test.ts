/** Every KQL text of alerts, workbook and pages: real names of tables, columns, events and fields. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { EVENTS } from '../../shared/telemetry/EVENTS';
import { INFRA, Snapshot } from './Snapshot';

const load = createRequire(__filename);
load('@kusto/language-service-next/bridge.min.js');
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js');

interface Diagnostic {
  readonly Message: string;
}
interface List<T> {
  readonly Count: number;
  getItem(index: number): T;
}
interface Kusto {
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
    readonly DatabaseSymbol: {
      readonly $ctor3: new (name: string, other: null, tables: unknown[], isOpen: boolean) => unknown;
    };
  };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly KustoCode: { ParseAndAnalyze(text: string, globals: unknown): { GetDiagnostics(): List<Diagnostic> } };
}
const { Symbols, GlobalState, KustoCode } = (globalThis as unknown as { Kusto: { Language: Kusto } }).Kusto.Language;

/** The columns used of the workspace's tables (Azure Monitor's reference of AppTraces and AppRequests). */
const TABLES = {
  AppTraces: '(TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationId: string, Properties: dynamic)',
  AppRequests:
    '(TimeGenerated: datetime, Name: string, OperationName: string, ResultCode: string, Success: bool, DurationMs: real, OperationId: string)',
};
const tables = Object.entries(TABLES).map(([name, schema]) => Symbols.TableSymbol.From(schema).WithName(name));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor3('workspace', null, tables, false));

/** @returns what is wrong with a query */
function faultsOf(query: string): readonly string[] {
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  const faults = Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
  // Fields of the event's JSON are beyond Kusto: the catalogue knows them.
  const events = [...query.matchAll(/"([a-z]+\.[A-Za-z]+)"/g)].map(([, name = '']) => name);
  const unknown = events.filter((name) => !Object.hasOwn(EVENTS, name));
  const known = events.flatMap((name) => (Object.hasOwn(EVENTS, name) ? [EVENTS[name as keyof typeof EVENTS]] : []));
  // A query that names no event may ask for any event's fields.
  const fields = new Set((known.length > 0 ? known : Object.values(EVENTS)).flatMap((one) => Object.keys(one)));
  const asked = [...query.matchAll(/\bevent\.([A-Za-z]+)/g)].map(([, name = '']) => name);
  return [
    ...faults,
    ...unknown.map((name) => `no event ${name}`),
    ...asked.filter((name) => name !== 'evt' && !fields.has(name)).map((name) => `no field ${name}`),
  ];
}

const alerts = readdirSync(join(INFRA, 'alerts')).map((file) => [
  `alert ${file}`,
  readFileSync(join(INFRA, 'alerts', file), 'utf8'),
]);
const notebook = z.object({
  items: z.array(z.object({ name: z.string(), content: z.looseObject({ query: z.string().optional() }) })),
});
const workbook = notebook
  .parse(JSON.parse(readFileSync(join(INFRA, 'workbook.json'), 'utf8')))
  .items.flatMap(({ name, content }) => (content.query === undefined ? [] : [[`workbook: ${name}`, content.query]]));
const docs = join(INFRA, '../docs');
const pages = readdirSync(docs)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...readFileSync(join(docs, file), 'utf8').matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, query = '']) => [
      `docs/${file}`,
      query,
    ]),
  );

test.each([...alerts, ...workbook, ...pages])('%s', (_where, query = '') => {
  expect(faultsOf(query)).toEqual([]);
});

test('there are queries in each of the three places', () => {
  expect([alerts.length, workbook.length, pages.length].map((count) => count > 0)).toEqual([true, true, true]);
});

test.each([
  ['a table', 'AppTrace | count'],
  ['a column', 'AppTraces | where Mesage == ""'],
  ['an operator', 'AppTraces | wher true'],
  ['an event', 'AppTraces | extend event = parse_json(Message) | where event.evt == "cycle.ended"'],
  ['a field', 'AppTraces | extend event = parse_json(Message) | where event.evt == "cycle.failed" and event.ok == 1'],
])('%s that does not exist is found', (_what, query) => {
  expect(faultsOf(query)).not.toEqual([]);
});

const alertRule = z.looseObject({
  severity: z.number(),
  enabled: z.literal(true),
  autoMitigate: z.literal(true),
  criteria: z.object({
    allOf: z.tuple([
      z.looseObject({
        query: z.string().optional(),
        metricName: z.string().optional(),
        dimensions: z.array(z.looseObject({ name: z.string(), values: z.tuple([z.literal('*')]) })),
      }),
    ]),
  }),
  actions: z.unknown(),
});

describe('each alert', () => {
  const deployed = new Snapshot('production');
  const rules = ['scheduledQueryRules', 'metricAlerts'].flatMap((type) =>
    deployed
      .of(`Microsoft.Insights/${type}`)
      .map(({ name, properties }) => ({ name: name.replace(/^gotomeeting-/, ''), ...alertRule.parse(properties) })),
  );
  const page = readFileSync(join(docs, 'operations.md'), 'utf8');
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d) +\| .+ \| \[.+\]\(#([a-z0-9-]+)\) +\|$/gm)];

  test('that is deployed stands on docs/operations.md with its severity and a heading of what to do, and no other', () => {
    expect(rows.map(([, name, severity]) => `${name} ${severity}`).sort()).toEqual(
      rules.map(({ name, severity }) => `${name} ${severity}`).sort(),
    );
    expect(rows.map(([, , , anchor = '']) => anchor).filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  test('asks what its file asks, or counts a figure of Service Bus', () => {
    const asked = rules.flatMap(({ name, criteria }) => criteria.allOf.map(({ query }) => [name, query] as const));
    const files = new Map(alerts.map(([file = '', text]) => [file.slice('alert '.length, -'.kql'.length), text]));
    expect([...files.keys()].sort()).toEqual(
      asked.flatMap(([name, query]) => (query === undefined ? [] : [name])).sort(),
    );
    for (const [name, query] of asked) expect(query).toBe(files.get(name));
    expect(rules.flatMap(({ criteria }) => criteria.allOf.flatMap(({ metricName }) => metricName ?? []))).toEqual([
      'DeadletteredMessages',
      'ActiveMessages',
    ]);
  });

  test('is split by what has to be told anew: nobody is told again of one that stands', () => {
    const split: Record<string, readonly string[]> = {};
    for (const { name, criteria } of rules) {
      const [{ query, dimensions }] = criteria.allOf;
      if (query === undefined || dimensions[0] === undefined) continue;
      split[name] = dimensions.map((one) => one.name);
      // A column that the query does not show, or not as text, splits nothing.
      for (const column of split[name])
        expect(query).toMatch(new RegExp(`\\b${column} = (tostring\\(event\\.|iff\\(.*, "[^"]+", "[^"]+"\\))`));
    }
    expect(split).toEqual({
      credentials: ['credential', 'threshold'],
      seats: ['state'],
      'wrong-settings': ['evt'],
    });
  });

  test('tells the action group by mail and webhook', () => {
    const group = deployed.the('Microsoft.Insights/actionGroups');
    for (const { actions } of rules) expect(JSON.stringify(actions)).toContain(group.id);
    expect(group.properties).toMatchObject({ enabled: true, emailReceivers: [{ useCommonAlertSchema: true }] });
    expect(JSON.stringify(group.properties['webhookReceivers'])).toContain('alertWebhook');
  });

  test('of the brief is there: dead letters, heartbeat, failures, quarantine, staged removals, credentials, seats, backlog, 5xx', () => {
    expect(rules.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['dead-letters', 'no-cycle', 'failed-cycles', 'quarantine', 'staged-removals'],
        ...['credentials', 'seats', 'backlog', 'server-errors'],
      ]),
    );
  });
});

test('the workbook shows cycles, actions, failures, one person, seats, calls and throttling', () => {
  expect(workbook.map(([name = '']) => name.slice('workbook: '.length))).toEqual([
    'Cycles',
    'Actions over time',
    'Failures by code',
    'One person',
    'People who wait for a seat',
    'Calls to GoTo and Graph',
    'Throttling',
  ]);
});

test('no line that an alert counts is sampled away', () => {
  const host = z
    .object({
      logging: z.object({
        applicationInsights: z.object({ samplingSettings: z.object({ excludedTypes: z.string() }) }),
      }),
    })
    .parse(JSON.parse(readFileSync(join(INFRA, '../host.json'), 'utf8')));
  const kept = host.logging.applicationInsights.samplingSettings.excludedTypes.split(';');
  expect(kept).toEqual(expect.arrayContaining(['Request', 'Exception', 'Trace']));
});
