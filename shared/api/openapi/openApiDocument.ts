/** The API as OpenAPI 3.1 has it, made from the table of routes and the schemas of what they take and answer. */
import { z } from 'zod';
import { problemAnswerSchema } from '../answers/ProblemAnswer';
import type { Route } from '../Route';
import { RELEASE } from '../RELEASE';
import type { Operation } from './Operation';
import { OPERATIONS } from './OPERATIONS';

type Json = Readonly<Record<string, unknown>>;

const refTo = (id: string): string => `#/components/schemas/${id}`;

/** @throws Error for a route that OPERATIONS does not explain */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = `/api/${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Entra–GoToMeeting connector',
      version: RELEASE,
      description: 'Graph’s synchronization API, and what it lacks. Errors are problem JSON (RFC 9457).',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key' },
        entra: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'With SIGN_IN_WITH_ENTRA, in place of the key. x-app-role says which app role it needs.',
        },
      },
    },
  };
}

function operationOf({ name, path, role }: Route): Json {
  const operation = OPERATIONS[name];
  if (operation === undefined) throw new Error(`OPERATIONS lacks ${name}`);
  return {
    operationId: name,
    summary: operation.summary,
    ...(role === null ? { security: [] } : { security: [{ functionKey: [] }, { entra: [] }], 'x-app-role': role }),
    ...parametersOf(path, operation),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: { content: { 'application/json': { schema: inlined(operation.body, 'input') } } },
        }),
    responses: {
      [operation.status]: {
        description: operation.summary,
        ...(operation.answer === null
          ? {}
          : {
              content: {
                'application/json': { schema: answerOf(operation.answer) },
                ...(operation.alsoCsv === undefined ? {} : { 'text/csv': { schema: { type: 'string' } } }),
              },
            }),
      },
      default: {
        description: 'What went wrong, and what to do.',
        content: { 'application/problem+json': { schema: answerOf(problemAnswerSchema) } },
      },
    },
  };
}

function parametersOf(path: string, { query = [], headers = [] }: Operation): Json {
  const text = { type: 'string' };
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text })),
    ...query.map((one) => ({ ...one, in: 'query', schema: text })),
    ...headers.map((one) => ({ ...one, in: 'header', schema: text })),
  ];
  return parameters.length === 0 ? {} : { parameters };
}

/** Schemas with an id of their own stand in the components, and everything refers to them. */
function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: refTo, unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutAddress(schema)]));
}

function answerOf(answer: z.ZodType): Json {
  const id = z.globalRegistry.get(answer)?.id;
  return id === undefined ? inlined(answer, 'output') : { $ref: refTo(id) };
}

function inlined(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $defs, ...rest } = withoutAddress(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
  // What it refers to has an id, so it stands in the components.
  return $defs === undefined ? rest : movedRefs(rest);
}

const withoutAddress = (schema: Json): Json =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'));

const movedRefs = (schema: Json): Json => {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"${refTo('')}`);
  return JSON.parse(text) as Json;
};
