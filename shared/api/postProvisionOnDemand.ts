/** POST …/provisionOnDemand: one person, or some members of a group, at once (entra-provisioning.md 1.12). */
import { z } from 'zod';
import { isoTime } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import { adviceOf, categoryOf } from '../model/ErrorCode';
import type { Engine } from '../sync/Engine';
import {
  BeingChanged,
  DeletionDue,
  NeedsApproval,
  provisionOnDemand,
  UnknownPerson,
} from '../sync/demand/provisionOnDemand';
import { jobStateOf, refusalOf } from '../sync/job/jobState';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';
import { onePerson, unknownUser } from './onePerson';
import { Problem, problemOf } from './Problem';
import { provisionedView, type ProvisionedView } from './provisionedView';
import { readBody } from './readBody';

/** As many members of a group as Entra takes at once. */
const MAX_MEMBERS = 5;
const MAX_NAME_LENGTH = 256;

const objectId = z.guid({ error: 'must be an object id of Entra' });
const subject = z.object({
  objectId,
  objectTypeName: z.enum(['User', 'Group'], { error: 'must be "User" or "Group"' }),
  links: z.object({ members: z.array(z.object({ objectId, objectTypeName: z.literal('User') })) }).optional(),
});
/** As Graph takes it; one rule, and one subject at a time. */
const graphBody = z.object({
  parameters: z
    .array(z.object({ ruleId: z.string().optional(), subjects: z.array(subject).length(1, 'name one subject') }))
    .length(1, 'name one rule'),
});
const friendlyBody = z.strictObject({
  user: z
    .string({ error: 'must be a mail address, a user principal name or an object id' })
    .min(1)
    .max(MAX_NAME_LENGTH),
  dryRun: z.boolean({ error: 'must be true or false' }).default(false),
});

/** Answers in the form of the question: Graph's pair of JSON texts, or the plain view. */
export async function postProvisionOnDemand(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const body = await readBody(request, z.looseObject({ parameters: z.unknown().optional() }));
  if (body.parameters === undefined) {
    const { user, dryRun } = parsed(friendlyBody, body);
    return { status: 200, body: await provision(engine, user, dryRun) };
  }
  const { parameters } = parsed(graphBody, body);
  const startTime = isoTime(engine.clock.now());
  const views = await provisionAll(engine, peopleOf(parameters[0]?.subjects[0]));
  return { status: 200, body: graphAnswer(views, { startTime, endTime: isoTime(engine.clock.now()) }) };
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Problem(400, 'InvalidBody', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`);
}

/** The people a subject stands for, in order, each once. */
function peopleOf(one: z.output<typeof subject> | undefined): readonly string[] {
  if (one === undefined) return [];
  if (one.objectTypeName === 'User') return [one.objectId];
  const members = new Set((one.links?.members ?? []).map((member) => member.objectId));
  if (members.size === 0 || members.size > MAX_MEMBERS)
    throw new Problem(
      400,
      'InvalidMembers',
      `Name 1 to ${MAX_MEMBERS} members of the group in links.members; the next cycle takes the rest.`,
    );
  return [...members];
}

/**
 * One after the other. Whoever cannot be provisioned is named beside the others: what was done for them stays done.
 * @throws Problem, ConnectorError when nobody was
 */
async function provisionAll(engine: Engine, ids: readonly string[]): Promise<readonly ProvisionedView[]> {
  const views: ProvisionedView[] = [];
  const refused: unknown[] = [];
  for (const id of ids)
    try {
      views.push(await provision(engine, id, false));
    } catch (error) {
      if (!(error instanceof Problem || error instanceof ConnectorError)) throw error;
      refused.push(error);
      views.push(refusedView(id, problemOf(error)));
    }
  if (refused.length === ids.length) throw refused[0];
  return views;
}

const refusedView = (sourceId: string, { code, message }: Problem): ProvisionedView => ({
  cycleId: null,
  dryRun: false,
  sourceId,
  displayName: '',
  targetId: null,
  status: 'failure',
  action: 'none',
  reason: 'Unknown',
  why: message,
  errorInformation: {
    errorCode: code,
    errorCategory: categoryOf(code),
    reason: message,
    recommendedAction: adviceOf(code),
  },
  steps: [],
  modifiedProperties: [],
  logEntryIds: [],
});

async function provision(engine: Engine, name: string, dryRun: boolean): Promise<ProvisionedView> {
  const refusal = dryRun ? undefined : refusalOf(jobStateOf(await engine.store.job.read()));
  if (refusal !== undefined) throw new Problem(409, refusal.code, refusal.message);
  const id = await onePerson(engine, name);
  try {
    return provisionedView(await provisionOnDemand(engine, id, dryRun));
  } catch (error) {
    if (error instanceof UnknownPerson) throw unknownUser();
    if (error instanceof NeedsApproval)
      throw new Problem(
        409,
        'RemovalLimitReached',
        `The person would lose access, but the limit of removals is reached: ${error.message} Nothing was changed. ` +
          'Start a cycle: it stages the removal for approval.',
      );
    if (error instanceof DeletionDue)
      throw new Problem(
        409,
        'DeletionNeedsApproval',
        'The account is due to be deleted (DELETE_AFTER_DAYS), which always needs an approval. Nothing was changed. ' +
          'The nightly cycle asks for it: look at its plan, and approve or reject it.',
      );
    if (!(error instanceof BeingChanged)) throw error;
    throw new Problem(
      409,
      'BeingChanged',
      'The person is being changed right now, by a cycle or by another request. Ask again in half a minute.',
    );
  }
}

/** Graph's words for what was done. */
const GRAPH_ACTIONS = {
  create: 'create',
  link: 'other',
  update: 'update',
  reenable: 'update',
  recover: 'update',
  disable: 'disable',
  delete: 'delete',
  none: 'other',
} as const;

/** Graph names a match by what it leads to. */
const matchName = ({ action }: ProvisionedView): string =>
  action === 'create' ? 'EntrySynchronizationAdd' : 'EntrySynchronizationUpdate';

/** Graph's stringKeyStringValuePair: what came of it, and the entries, both as JSON texts. */
function graphAnswer(
  views: readonly ProvisionedView[],
  times: { readonly startTime: string; readonly endTime: string },
) {
  const failed = views.find((view) => view.status === 'failure');
  const [first] = views;
  const worst = failed ?? views.find((view) => view.status === 'skipped') ?? first;
  const results = { success: 'Success', warning: 'Warning', failure: 'Failure', skipped: 'Skipped' } as const;
  const details =
    worst === undefined || worst.status === 'success'
      ? {}
      : {
          errorCode: worst.errorInformation?.errorCode ?? worst.reason,
          errorMessage: worst.errorInformation?.reason ?? worst.why,
        };
  return {
    key: JSON.stringify({ result: results[worst?.status ?? 'skipped'], details }),
    value: JSON.stringify(
      views.map((view) => ({
        action: GRAPH_ACTIONS[view.action],
        changeId: view.logEntryIds[0] ?? null,
        ...times,
        provisioningSteps: view.steps.map(({ provisioningStepType, ...step }) => ({
          ...step,
          name: step.name === 'EntryMatch' ? matchName(view) : step.name,
          type: provisioningStepType,
          timestamp: times.endTime,
        })),
        modifiedProperties: view.modifiedProperties,
        reportableIdentifier: view.displayName,
        statusInfo: { status: view.status, errorInformation: view.errorInformation },
        sourceIdentity: { id: view.sourceId, displayName: view.displayName, identityType: 'User' },
        sourceSystem: { displayName: 'Microsoft Entra ID' },
        targetIdentity: { id: view.targetId, displayName: view.displayName, identityType: 'User' },
        targetSystem: { displayName: 'GoToMeeting' },
      })),
    ),
  };
}
