/** The document of the API: valid, complete, and without an address of its own. */
import Ajv2020, { type AnySchema } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { openApiDocument } from '../../shared/api/openapi/openApiDocument';
import { OPERATIONS } from '../../shared/api/openapi/OPERATIONS';
import { ROUTES } from '../../shared/api/ROUTES';
import { ApiContract } from '../support/ApiContract';

/** The OpenAPI Initiative's own schema of its documents. */
const OPENAPI = require.resolve('@seriousme/openapi-schema-validator/schemas/v3.1/schema.json');

test('it is valid OpenAPI 3.1, and has every route with its parameters', () => {
  const document = openApiDocument(ROUTES);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv, { formats: ['uri', 'uri-reference', 'regex', 'email'] });
  ajv.addFormat('media-range', true);
  const check = ajv.compile(JSON.parse(readFileSync(OPENAPI, 'utf8')) as AnySchema);
  expect(check(document) === true ? [] : check.errors).toEqual([]);
  expect(check({ ...document, info: {} })).toBe(false);
  const told = Object.entries(document['paths'] as Record<string, Record<string, { operationId: string }>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  expect(told.sort()).toEqual(
    ROUTES.map(({ name, method, path }) => `${method.toLowerCase()} /api/${path} ${name}`).sort(),
  );
  expect(Object.keys(OPERATIONS).sort()).toEqual(ROUTES.map(({ name }) => name).sort());
});

test('the requests to try have every route, and no other', () => {
  const text = readFileSync('docs/examples/connector.http', 'utf8');
  const tried = [...text.matchAll(/^(?:###.* )?(GET|POST|PUT|DELETE) (\{\{(?:host|job)\}\}\S*)/gm)].map(
    ([, method, address]) => `${method ?? ''} ${pathOf(address ?? '')}`,
  );
  expect([...new Set(tried)].sort()).toEqual(
    ROUTES.map(({ method, path }) => `${method} /api/${path.replace('{id}', '*')}`).sort(),
  );
});

/** Without its query, and with a star for whatever it is about. */
const pathOf = (address: string): string =>
  address
    .replace(/\?.*/, '')
    .replace('{{job}}', '/api/synchronization/jobs/{job}')
    .replace('{{host}}', '')
    .replace(/(?<=\/(?:cycles|users|versions)\/)[^/]+/, '*');

test('every reference in it leads somewhere', () => {
  const document = openApiDocument(ROUTES);
  const { schemas } = document['components'] as { schemas: Record<string, unknown> };
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
  expect(references.length).toBeGreaterThan(20);
  const known = Object.keys(schemas).map((id) => `#/components/schemas/${id}`);
  expect(references.filter((to) => !known.includes(to))).toEqual([]);
});

test('who checks answers by it finds what is missing, what is too much and what is of another type', () => {
  const contract = new ApiContract();
  const health = (body: object) =>
    contract.differences('GET', '/api/health', { status: 200, type: 'application/json', text: JSON.stringify(body) });
  const good = { status: 'ok', job: 'Active', signIn: 'key', connected: true };
  expect(health(good)).toEqual([]);
  expect(health({ ...good, job: undefined })).toHaveLength(1);
  expect(health({ ...good, connected: 'yes' })).toHaveLength(1);
  expect(health({ ...good, more: 1 })).toHaveLength(1);
});
