/** azure.yaml and the files that azd and the portal read beside the template. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROLES } from '../../shared/api/access/Role';
import { INFRA } from './Snapshot';

const ROOT = join(INFRA, '..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(INFRA, path), 'utf8'));

const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');

const template = z.object({
  parameters: z.record(z.string(), z.looseObject({ type: z.string(), defaultValue: z.unknown().optional() })),
});
const { parameters } = template.parse(read('azuredeploy.json'));
const required = Object.entries(parameters)
  .flatMap(([name, { defaultValue }]) => (defaultValue === undefined ? [name] : []))
  .sort();

/**
 * What azd reads of azure.yaml, as far as it stands there: the fields of its schema v1.0, closed, so that a slip of the pen is
 * found. https://github.com/Azure/azure-dev/blob/main/schemas/v1.0/azure.yaml.json
 */
const hook = z.strictObject({
  posix: z.strictObject({ shell: z.enum(['sh', 'pwsh']), run: z.string(), continueOnError: z.boolean().optional() }),
  windows: z.strictObject({ shell: z.enum(['sh', 'pwsh']), run: z.string(), continueOnError: z.boolean().optional() }),
});
const azureYaml = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])$/),
  metadata: z.strictObject({ template: z.string() }),
  infra: z.strictObject({ provider: z.enum(['bicep', 'terraform']), path: z.string() }),
  services: z.strictObject({
    connector: z.strictObject({
      project: z.string(),
      host: z.enum(['appservice', 'containerapp', 'function', 'springapp', 'staticwebapp', 'aks', 'ai.endpoint']),
      language: z.enum(['dotnet', 'csharp', 'fsharp', 'py', 'python', 'js', 'ts', 'java', 'docker', 'custom']),
      dist: z.string(),
      resourceName: z.string(),
      hooks: z.strictObject({ prepackage: hook }),
    }),
  }),
  hooks: z.strictObject({ postprovision: hook, postdeploy: hook }),
});

test('azd ships the staged package, grants the permissions, and waits until the connector answers', () => {
  const { services, hooks } = azureYaml.parse(parse(readFileSync(join(ROOT, 'azure.yaml'), 'utf8')));
  const { hooks: ofService, ...connector } = services.connector;
  expect(connector).toEqual({
    project: '.',
    host: 'function',
    language: 'custom',
    dist: 'dist/package',
    resourceName: '${AZURE_FUNCTION_NAME}',
  });
  // No tool's ignore file decides what is shipped.
  expect(readdirSync(ROOT).filter((file) => file === '.funcignore')).toEqual([]);
  for (const { posix, windows } of Object.values({ ...hooks, ...ofService })) {
    expect([posix.shell, windows.shell]).toEqual(['sh', 'pwsh']);
    for (const { run } of [posix, windows])
      for (const [path] of run.matchAll(/infra\/\S+/g)) expect(existsSync(join(ROOT, path))).toBe(true);
  }
  // Whichever of azd's commands ships it: the hooks of a command run with that command alone.
  expect(ofService.prepackage.posix.run).toBe('npm ci && npm run package');
  expect([hooks.postprovision.posix.run, hooks.postprovision.windows.run]).toEqual([
    'sh infra/graph/grant.sh',
    'infra/graph/grant.ps1',
  ]);
  expect(hooks.postdeploy.posix.run).toBe('node infra/awaitHealth.mjs');
});

test('the app roles that people are given are those that the routes ask for', () => {
  const roles = z.array(z.looseObject({ value: z.string(), id: z.guid(), allowedMemberTypes: z.array(z.string()) }));
  const given = roles.parse(read('sign-in/roles.json'));
  expect(given.map(({ value }) => value)).toEqual(ROLES);
  expect(new Set(given.map(({ id }) => id)).size).toBe(ROLES.length);
  for (const { allowedMemberTypes } of given) expect(allowedMemberTypes).toEqual(['User', 'Application']);
});

const workflow = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({
      steps: z.array(
        z.looseObject({ name: z.string().optional(), uses: z.string().optional(), run: z.string().optional() }),
      ),
    }),
  ),
});

test('the workflow deploys without a stored secret, by actions that cannot change, and only what was checked and seen', () => {
  const text = readFileSync(join(ROOT, '.github/workflows/deploy.yml'), 'utf8');
  const { permissions, jobs } = workflow.parse(parse(text));
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  // An address for alerts, where there is one: both jobs give it, or the deployment would take it away.
  expect([...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name)).toEqual(['ALERT_WEBHOOK', 'ALERT_WEBHOOK']);
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs['what-if']).toMatchObject({ needs: 'check', permissions: { contents: 'read', 'id-token': 'write' } });
  expect(jobs['deploy']).toMatchObject({ needs: 'what-if', environment: 'production' });
  const files = steps.flatMap(({ run }) => [...(run ?? '').matchAll(/infra\/[\w./-]+/g)].map(([path]) => path));
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const outputs = z.object({ outputs: z.record(z.string(), z.unknown()) }).parse(read('azuredeploy.json')).outputs;
  for (const [, name = ''] of text.matchAll(/\$\(output (\w+)\)/g)) expect(Object.keys(outputs)).toContain(name);
});

test('azd is given each parameter that has no default, knows no other, and secrets may stay empty', () => {
  const given = z.object({ parameters: z.record(z.string(), z.object({ value: z.string() })) });
  const { parameters: values } = given.parse(read('main.parameters.json'));
  expect(required.filter((name) => !(name in values))).toEqual([]);
  expect(Object.keys(values).filter((name) => !(name in parameters))).toEqual([]);
  for (const name of ['gotoClientSecret', 'gotoPersonalAccessToken']) expect(values[name]?.value).toMatch(/=\}$/);
});

test('a value that azd puts in from its environment is text without quotes, or an object, whose JSON azd reads', () => {
  // azd fills a value into the file's JSON as it is, and reads only an object's or array's text as JSON of its own:
  // Azure/azure-dev, bicep_provider.go, loadParameters; since azd 1.23.4.
  expect(parameters['roleEntitlements']?.type).toBe('object');
  expect(parameters['alertEmails']?.type).toBe('array');
  expect(JSON.stringify(read('createUiDefinition.json'))).toContain("[parse(steps('connection').roleEntitlements)]");
});

test('azd takes main.parameters.json, not a .bicepparam that it would prefer and ask nothing for', () => {
  expect(readdirSync(INFRA).filter((file) => file.endsWith('.bicepparam'))).toEqual([]);
});

test('the workflow refuses the values of the sample', () => {
  const { jobs } = workflow.parse(parse(readFileSync(join(ROOT, '.github/workflows/deploy.yml'), 'utf8')));
  const guard = jobs['check']?.steps.find(({ name }) => name === 'The values are yours')?.run ?? '';
  const runs = (cwd: string): number | null => spawnSync('bash', ['-e', '-c', guard], { cwd }).status;
  expect(runs(ROOT)).toBe(1);
  const work = mkdtempSync(join(tmpdir(), 'values-'));
  mkdirSync(join(work, 'infra/environments'), { recursive: true });
  const sample = readFileSync(join(INFRA, 'environments/production.bicepparam'), 'utf8');
  writeFileSync(
    join(work, 'infra/environments/production.bicepparam'),
    sample.replace('contoso.example', 'fabrikam.com').replace('2000000000000000202', '7000000000000000001'),
  );
  expect(runs(work)).toBe(0);
  rmSync(work, { recursive: true });
});

test('the file of values on the page is the smallest environment', () => {
  const own = /```bicep\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const parametersOf = (text: string): readonly string[] => text.match(/^param .*$/gm) ?? [];
  const smallest = readFileSync(join(INFRA, 'environments/smallest.bicepparam'), 'utf8');
  expect(parametersOf(own)).toEqual(parametersOf(smallest));
  expect(
    parametersOf(own)
      .map((line) => line.split(' ')[1])
      .sort(),
  ).toEqual(required);
  expect(own).toContain("using 'infra/main.bicep'");
});

test('the page registers the provider of each kind of resource, and the one that the private network is delegated to', () => {
  const kinds = [...readFileSync(join(INFRA, 'azuredeploy.json'), 'utf8').matchAll(/"type": "Microsoft\.(\w+)\//g)];
  const used = new Set([
    ...kinds.map(([, name = '']) => name).filter((name) => name !== 'Resources'),
    'App',
    'AlertsManagement',
  ]);
  const listed = /for provider in (.*); do/.exec(page)?.[1]?.split(' ') ?? [];
  expect(listed.toSorted()).toEqual([...used].toSorted());
  for (const name of listed) expect(page).toContain(`'${name}'`);
});

test('the button opens the portal with the template and the form that lie here', () => {
  const root = 'https://raw.githubusercontent.com/contoso/gotomeeting/main';
  const button = execFileSync(process.execPath, [join(INFRA, 'portalButton.mjs'), root], { encoding: 'utf8' });
  const [, template = '', form = ''] =
    /\(https:\/\/portal\.azure\.com\/#create\/Microsoft\.Template\/uri\/([^/]+)\/createUIDefinitionUri\/([^/]+)\)/.exec(
      button,
    ) ?? [];
  for (const [address, file] of [
    [template, 'infra/azuredeploy.json'],
    [form, 'infra/createUiDefinition.json'],
  ] as const) {
    expect(decodeURIComponent(address)).toBe(`${root}/${file}`);
    expect(existsSync(join(ROOT, file))).toBe(true);
  }
  expect(spawnSync(process.execPath, [join(INFRA, 'portalButton.mjs'), 'here']).status).toBe(2);
});

test('bounds are Azure’s, the runtime is a choice, and the outputs name the page, the app and the way to a key', () => {
  expect(parameters).toMatchObject({
    name: { minLength: 3, maxLength: 11 },
    logRetentionInDays: { minValue: 30, maxValue: 730 },
    maximumInstanceCount: { defaultValue: 40 },
    nodeVersion: { allowedValues: ['22', '24'], defaultValue: '24' },
    alwaysReady: { defaultValue: [] },
    recoverDeletedVault: { defaultValue: false },
  });
  const { outputs } = z.object({ outputs: z.record(z.string(), z.unknown()) }).parse(read('azuredeploy.json'));
  expect(Object.keys(outputs).sort()).toEqual([
    ...['AZURE_FUNCTION_NAME', 'AZURE_LOCATION', 'AZURE_RESOURCE_GROUP', 'AZURE_TENANT_ID', 'GRANT_COMMAND'],
    ...['IDENTITY_PRINCIPAL_ID', 'KEY_COMMAND', 'KEY_VAULT_NAME', 'PAGE_URL', 'REDIRECT_URI'],
    ...['SERVICE_CONNECTOR_NAME', 'SERVICE_CONNECTOR_URL'],
  ]);
});

test('host.json leaves the console in the log, and holds no limit that Flex Consumption does not read', () => {
  const { logging, extensions } = z
    .object({
      logging: z.object({ logLevel: z.record(z.string(), z.string()) }),
      extensions: z.object({ http: z.record(z.string(), z.unknown()) }),
    })
    .parse(JSON.parse(readFileSync(join(ROOT, 'host.json'), 'utf8')));
  expect(logging.logLevel['Host.Function.Console']).toBe('Information');
  expect(Object.keys(extensions.http)).toEqual(['routePrefix']);
});

test('secrets are secure parameters with an empty default', () => {
  for (const name of ['gotoClientSecret', 'gotoPersonalAccessToken', 'gotoRefreshToken'])
    expect(parameters[name]).toMatchObject({ type: 'securestring', defaultValue: '' });
  expect(required).toEqual(['entraAppId', 'gotoAccountNumber', 'roleEntitlements']);
});

test('the portal’s form asks for each parameter that has no default, gives no other, and every field goes somewhere', () => {
  const field = z.looseObject({ name: z.string() });
  const form = z.object({
    parameters: z.object({
      basics: z.array(field),
      steps: z.array(z.looseObject({ name: z.string(), elements: z.array(field) })),
      outputs: z.record(z.string(), z.string()),
    }),
  });
  const { basics, steps, outputs } = form.parse(read('createUiDefinition.json')).parameters;
  expect(Object.keys(outputs).filter((name) => !(name in parameters))).toEqual([]);
  expect(required.filter((name) => !(name in outputs))).toEqual([]);
  // An object parameter is asked for as text.
  const fields = [
    ...basics.map(({ name }) => `[basics('${name}')]`),
    ...steps.flatMap(({ name, elements }) => elements.map((element) => `[steps('${name}').${element.name}]`)),
  ];
  expect(
    Object.values(outputs)
      .filter((value) => value !== '[location()]')
      .map((value) => value.replace(/^\[parse\((.*)\)\]$/, '[$1]'))
      .sort(),
  ).toEqual(fields.sort());
});
