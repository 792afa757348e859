/** What each route takes and answers, by its name: the API's document is made from it, and tests hold the answers to it. */
import { z } from 'zod';
import { connectionAnswerSchema } from '../answers/ConnectionAnswer';
import { cycleAnswerSchema, cyclesAnswerSchema } from '../answers/CycleAnswer';
import { healthAnswerSchema } from '../answers/HealthAnswer';
import { historyAnswerSchema } from '../answers/HistoryAnswer';
import { jobAnswerSchema } from '../answers/JobAnswer';
import { licensesAnswerSchema } from '../answers/LicensesAnswer';
import { logAnswerSchema } from '../answers/LogAnswer';
import { peopleAnswerSchema } from '../answers/PeopleAnswer';
import { planAnswerSchema } from '../answers/PlanAnswer';
import { provisionedAnswerSchema } from '../answers/ProvisionedAnswer';
import {
  filterOperatorsAnswerSchema,
  functionsAnswerSchema,
  parsedAnswerSchema,
  schemaChangedAnswerSchema,
  schemaVersionsAnswerSchema,
} from '../answers/SchemaAnswer';
import { userAnswerSchema } from '../answers/UserAnswer';
import { usersAnswerSchema } from '../answers/UsersAnswer';
import type { Operation, QueryParameter } from './Operation';

const hashBody = z.strictObject({ hash: z.string().meta({ description: 'As GET …/plan shows it.' }) });
const noBody = z.strictObject({});

const paged: readonly QueryParameter[] = [
  { name: '$top', description: 'Items of one page, 1 to 1000.' },
  { name: '$skiptoken', description: 'From the next link of the page before.' },
];
const list: readonly QueryParameter[] = [
  { name: '$filter', description: 'OData: eq, ne, gt, ge, lt, le, in, contains, startswith, endswith, and, or, not.' },
  ...paged,
  { name: '$count', description: 'true: with the count of all that match.' },
  { name: '$select', description: 'Names of properties, separated by commas.' },
  { name: '$orderby', description: 'A field, and asc or desc.' },
];

const removing: readonly QueryParameter[] = [
  { name: 'dryRun', description: 'true: the forecast alone, nothing is stored.' },
  { name: 'confirm', description: 'The hash of a forecast by which many people lose access.' },
];

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  getHealth: { summary: 'Whether the connector can work. Needs no key.', status: 200, answer: healthAnswerSchema },
  getOpenApi: { summary: 'This document.', status: 200, answer: z.looseObject({ openapi: z.string() }) },
  getJob: { summary: 'The job’s status, in Graph’s shape.', status: 200, answer: jobAnswerSchema },
  postSync: {
    summary: 'Starts a cycle, or with dryRun makes its plan.',
    status: 202,
    answer: cycleAnswerSchema,
    body: z.strictObject({
      mode: z.enum(['incremental', 'full']).default('incremental'),
      dryRun: z.boolean().default(false),
    }),
    headers: [
      { name: 'Idempotency-Key', description: 'The same key with the same body again answers with the same cycle.' },
    ],
  },
  pauseJob: {
    summary: 'Nothing is changed in GoTo until the job is started.',
    status: 204,
    answer: null,
    body: noBody,
  },
  startJob: { summary: 'Ends the pause.', status: 204, answer: null, body: noBody },
  restartJob: {
    summary: 'Begins anew, as in Graph.',
    status: 204,
    answer: null,
    body: z.looseObject({ criteria: z.looseObject({ resetScope: z.string().optional() }).optional() }),
  },
  provisionOnDemand: {
    summary: 'One person at once, or up to five members of a group.',
    status: 200,
    answer: provisionedAnswerSchema,
    body: z.union([
      z.strictObject({ user: z.string(), dryRun: z.boolean().default(false) }),
      z.looseObject({
        parameters: z.array(z.looseObject({ subjects: z.array(z.looseObject({ objectId: z.string() })) })),
      }),
    ]),
  },
  listCycles: {
    summary: 'Cycles, newest first.',
    status: 200,
    answer: cyclesAnswerSchema.extend({ value: z.array(cycleAnswerSchema.partial()) }),
    query: list,
  },
  getCycle: { summary: 'A cycle, with its progress.', status: 200, answer: cycleAnswerSchema },
  getHistory: {
    summary: 'What cycles did, in buckets of time.',
    status: 200,
    answer: historyAnswerSchema,
    query: [{ name: 'days', description: '1, 7 or 30.' }],
  },
  getLicenses: {
    summary: 'The licences of the GoTo account, with their seats.',
    status: 200,
    answer: licensesAnswerSchema,
  },
  getPeople: { summary: 'How many people are in scope, managed, waiting.', status: 200, answer: peopleAnswerSchema },
  getPlan: {
    summary: 'What a cycle intends for each person, and why.',
    status: 200,
    answer: planAnswerSchema,
    query: list,
    alsoCsv: true,
  },
  postApply: { summary: 'Does exactly what this plan says.', status: 202, answer: cycleAnswerSchema, body: hashBody },
  postRevert: { summary: 'Plans what takes back a cycle.', status: 202, answer: cycleAnswerSchema, body: noBody },
  approveRemovals: { summary: 'The staged removals are made.', status: 202, answer: cycleAnswerSchema, body: hashBody },
  rejectRemovals: {
    summary: 'Nobody of the plan loses access.',
    status: 202,
    answer: cycleAnswerSchema,
    body: hashBody,
  },
  findUsers: {
    summary: 'People by parts of their names.',
    status: 200,
    answer: usersAnswerSchema,
    query: [{ name: '$search', description: 'What somebody types.' }],
  },
  getUser: { summary: 'One person’s story: why an account, or none.', status: 200, answer: userAnswerSchema },
  postRelease: {
    summary: 'Ends the hold of a person.',
    status: 200,
    answer: z.strictObject({ sourceId: z.string(), wasHeld: z.boolean() }),
  },
  getSchema: { summary: 'The mapping, in Graph’s shape.', status: 200, answer: z.looseObject({}) },
  putSchema: {
    summary: 'Another mapping, as Entra exports it.',
    status: 200,
    answer: schemaChangedAnswerSchema,
    body: z.looseObject({}),
    query: removing,
  },
  deleteSchema: {
    summary: 'Back to the built-in mapping.',
    status: 200,
    answer: schemaChangedAnswerSchema,
    query: removing,
  },
  listSchemaVersions: { summary: 'Every mapping there ever was.', status: 200, answer: schemaVersionsAnswerSchema },
  getSchemaVersion: { summary: 'One of them.', status: 200, answer: z.looseObject({}) },
  parseExpression: {
    summary: 'Tries an expression on a sample, in Graph’s shape, or on a user.',
    status: 200,
    answer: parsedAnswerSchema,
    body: z.looseObject({
      expression: z.string(),
      user: z
        .string()
        .optional()
        .meta({ description: 'Object id, mail or user principal name: whose attributes it reads.' }),
      testInputObject: z
        .looseObject({ properties: z.array(z.looseObject({ key: z.string(), value: z.unknown() })) })
        .optional(),
    }),
  },
  listFunctions: { summary: 'What the expression language has.', status: 200, answer: functionsAnswerSchema },
  listFilterOperators: { summary: 'What filters compare by.', status: 200, answer: filterOperatorsAnswerSchema },
  validateCredentials: {
    summary: 'Tests the connection: both sides, each permission by a real call. Writes nothing.',
    status: 200,
    answer: connectionAnswerSchema,
  },
  getAuthorize: {
    summary: 'Where GoTo asks for consent: 302 to it, or its address as JSON for whoever accepts that.',
    status: 200,
    answer: z.strictObject({ url: z.string() }),
  },
  getCallback: { summary: 'Where GoTo leads the browser back to: a page.', status: 200, answer: null },
  listProvisioningLog: {
    summary: 'The provisioning log, in Graph’s shape.',
    status: 200,
    answer: logAnswerSchema,
    query: list,
    alsoCsv: true,
  },
};
