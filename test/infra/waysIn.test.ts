/** azure.yaml and the files that azd and the portal read beside the template. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { INFRA } from './Snapshot';

const ROOT = join(INFRA, '..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(INFRA, path), 'utf8'));

const template = z.object({
  parameters: z.record(z.string(), z.looseObject({ type: z.string(), defaultValue: z.unknown().optional() })),
});
const { parameters } = template.parse(read('azuredeploy.json'));
const required = Object.entries(parameters).flatMap(([name, { defaultValue }]) =>
  defaultValue === undefined ? [name] : [],
);

test('azd ships the staged package, and leaves the template’s resource to the tag', () => {
  const azure: unknown = parse(readFileSync(join(ROOT, 'azure.yaml'), 'utf8'));
  expect(azure).toMatchObject({
    infra: { provider: 'bicep', path: 'infra' },
    services: { connector: { project: '.', host: 'function', language: 'custom', dist: 'dist/package' } },
    hooks: {
      prepackage: { posix: { run: 'npm ci && npm run package' }, windows: { run: 'npm ci && npm run package' } },
      postprovision: { posix: { run: 'sh infra/graph/grant.sh' }, windows: { run: 'infra/graph/grant.ps1' } },
    },
  });
});

test('azd is given each parameter that has no default, knows no other, and secrets may stay empty', () => {
  const given = z.object({ parameters: z.record(z.string(), z.object({ value: z.string() })) });
  const { parameters: values } = given.parse(read('main.parameters.json'));
  expect(required.filter((name) => !(name in values))).toEqual([]);
  expect(Object.keys(values).filter((name) => !(name in parameters))).toEqual([]);
  for (const name of ['gotoClientSecret', 'gotoPersonalAccessToken']) expect(values[name]?.value).toMatch(/=\}$/);
});

test('secrets are secure parameters with an empty default', () => {
  for (const name of ['gotoClientSecret', 'gotoPersonalAccessToken', 'gotoRefreshToken'])
    expect(parameters[name]).toMatchObject({ type: 'securestring', defaultValue: '' });
  expect(required.sort()).toEqual(['entraAppId', 'gotoAccountNumber', 'roleEntitlements']);
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
  const fields = [
    ...basics.map(({ name }) => `[basics('${name}')]`),
    ...steps.flatMap(({ name, elements }) => elements.map((element) => `[steps('${name}').${element.name}]`)),
  ];
  expect(
    Object.values(outputs)
      .filter((value) => value !== '[location()]')
      .sort(),
  ).toEqual(fields.sort());
});
