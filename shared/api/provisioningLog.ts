/** GET /api/auditLogs/provisioning: entries in the shape of Graph's provisioningObjectSummary, newest cycle first. */
import { REASONS } from '../model/Reason';
import type { LogEntry } from '../store/LogTable';
import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { JOB_ID } from './jobOf';
import { nextLink, skipTokenOf, topOf, type SkipToken } from './pageOf';
import { Problem } from './Problem';

const PATH = '/api/auditLogs/provisioning';
/** Rows looked at for one answer; a filter that finds little answers with a next link instead of a long wait. */
const MAX_ROWS_READ = 5_000;
const PAGE = 500;

const FILTERABLE: Readonly<Record<string, (entry: Summary) => string>> = {
  cycleId: (entry) => entry.cycleId,
  'sourceIdentity/id': (entry) => entry.sourceIdentity.id,
  'targetIdentity/id': (entry) => entry.targetIdentity.id ?? '',
  provisioningAction: (entry) => entry.provisioningAction,
  'provisioningStatusInfo/status': (entry) => entry.provisioningStatusInfo.status,
  jobId: (entry) => entry.jobId,
};

type Condition = (entry: Summary) => boolean;

/** `field eq 'value'`, joined by `and`. @throws Problem 400 */
function conditionsOf(filter: string | null): {
  readonly conditions: readonly Condition[];
  readonly cycleId: string | undefined;
} {
  if (filter === null || filter.trim() === '') return { conditions: [], cycleId: undefined };
  if (filter.length > 1_000) throw new Problem(400, 'InvalidFilter', 'The $filter is too long.');
  let cycleId: string | undefined;
  const conditions = filter.split(/\s+and\s+/i).map((clause): Condition => {
    const match = /^\s*([A-Za-z/]+)\s+eq\s+'((?:[^']|'')*)'\s*$/.exec(clause);
    const field = match?.[1] ?? '';
    const valueOf = Object.hasOwn(FILTERABLE, field) ? FILTERABLE[field] : undefined;
    if (match === null || valueOf === undefined) {
      throw new Problem(
        400,
        'InvalidFilter',
        `Write conditions as "field eq 'value'" joined by "and". Fields: ${Object.keys(FILTERABLE).join(', ')}.`,
      );
    }
    const wanted = (match[2] ?? '').replaceAll("''", "'");
    if (field === 'cycleId') cycleId = wanted;
    // Graph compares the status without regard to case, the rest with it (entra-provisioning.md 1.13).
    return field.endsWith('status')
      ? (entry) => valueOf(entry).toLowerCase() === wanted.toLowerCase()
      : (entry) => valueOf(entry) === wanted;
  });
  return { conditions, cycleId };
}

export async function listProvisioningLog(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  const top = topOf(request, 100);
  const { conditions, cycleId } = conditionsOf(request.query.get('$filter'));
  const value: Summary[] = [];
  let token: SkipToken = skipTokenOf(request);
  let read = 0;
  for await (const id of cycleIds(engine, cycleId, token.cycleId)) {
    let continuation: string | undefined = token.cycleId === id ? token.continuation : undefined;
    do {
      const page = await engine.log.page(id, Math.min(PAGE, top - value.length), continuation);
      read += page.entries.length;
      value.push(...page.entries.map(summaryOf).filter((entry) => conditions.every((holds) => holds(entry))));
      continuation = page.continuation;
      token = { cycleId: id, ...(continuation === undefined ? {} : { continuation }) };
    } while (continuation !== undefined && value.length < top && read < MAX_ROWS_READ);
    if (value.length >= top || read >= MAX_ROWS_READ) {
      const next = continuation === undefined ? await cycleAfter(engine, id, cycleId) : token;
      return {
        status: 200,
        body: { value, ...(next === undefined ? {} : { '@odata.nextLink': nextLink(request, PATH, next) }) },
      };
    }
  }
  return { status: 200, body: { value } };
}

async function* cycleIds(engine: Engine, only: string | undefined, from: string | undefined): AsyncGenerator<string> {
  if (only !== undefined) {
    if (/^[0-9]{16}-[a-z0-9-]{1,40}$/.test(only)) yield only;
    return;
  }
  let continuation: string | undefined;
  do {
    const page = await engine.cycles.page(100, continuation);
    for (const cycle of page.cycles) if (from === undefined || cycle.id >= from) yield cycle.id;
    continuation = page.continuation;
  } while (continuation !== undefined);
}

async function cycleAfter(engine: Engine, id: string, only: string | undefined): Promise<SkipToken | undefined> {
  if (only !== undefined) return undefined;
  for await (const other of cycleIds(engine, undefined, id)) if (other > id) return { cycleId: other };
  return undefined;
}

type Summary = ReturnType<typeof summaryOf>;

const ACTIONS = {
  create: 'create',
  delete: 'delete',
  disable: 'disable',
  update: 'update',
  reenable: 'update',
  link: 'other',
  none: 'other',
} as const;
const STATUSES = {
  queued: 'skipped',
  success: 'success',
  failure: 'failure',
  skipped: 'skipped',
  warning: 'warning',
  parked: 'failure',
} as const;

/** What to do about an error, by code: the table of Entra's error codes, in our words. */
const ADVICE: Readonly<Record<string, string>> = {
  TooManyRequests: 'Nothing to do: it is tried again when GoTo allows.',
  InternalServerError: 'Nothing to do: it is tried again. If it stays, ask GoTo’s support.',
  Timeout: 'Nothing to do: it is looked for and tried again.',
  Unauthorized: 'Check the GoTo token and its owner’s role.',
  InsufficientRights: 'Give the token’s owner the right to manage users.',
  Conflict: 'Look for another account with this address in GoTo.',
  LicenseLimitExceeded: 'Free or buy a GoTo licence.',
  InvalidAnchor: 'Start a full synchronization; it proves that the account is gone and makes a new one.',
  DuplicateTargetEntries: 'Keep one GoTo account with this address and remove the others.',
  DuplicateSourceEntries: 'Give one of the two people another address.',
  PendingTransferOrConflict: 'Ask the person to accept GoTo’s transfer invitation.',
  WriteNotVisible: 'Nothing to do: it is looked for again.',
  UnprocessableEntity: 'Correct the person’s values in Entra; GoTo refused them.',
  ExpressionFailed:
    'Correct the expression of the mapping, or the attribute it reads. POST …/schema/parseExpression tries it.',
  AccessRemains: 'Remove the other licences in GoTo if the person must lose all access.',
};

function summaryOf(entry: LogEntry) {
  const isFault = entry.errorCode !== null;
  return {
    id: `${entry.cycleId}.${entry.sourceId}`,
    activityDateTime: entry.at,
    jobId: JOB_ID,
    cycleId: entry.cycleId,
    changeId: `${entry.cycleId}.${entry.sourceId}`,
    provisioningAction: ACTIONS[entry.action],
    durationInMilliseconds: entry.durationMs,
    initiatedBy: { id: '', displayName: 'Entra–GoToMeeting connector', initiatorType: 'system' },
    sourceSystem: { id: 'entra', displayName: 'Microsoft Entra ID' },
    targetSystem: { id: 'goto', displayName: 'GoToMeeting' },
    sourceIdentity: { id: entry.sourceId, displayName: entry.displayName, identityType: 'User' },
    targetIdentity: { id: entry.targetId, displayName: entry.displayName, identityType: 'User' },
    provisioningStatusInfo: {
      status: STATUSES[entry.status],
      errorInformation: isFault
        ? {
            errorCode: entry.errorCode,
            errorCategory: entry.status === 'warning' ? 'nonServiceFailure' : 'failure',
            reason: entry.errorMessage,
            additionalDetails: null,
            recommendedAction: ADVICE[entry.errorCode ?? ''] ?? 'See the message.',
          }
        : null,
    },
    provisioningSteps: [
      {
        name: entry.action === 'none' ? 'EntrySynchronizationSkip' : 'EntryExport',
        provisioningStepType: entry.action === 'none' ? 'scoping' : 'export',
        status: STATUSES[entry.status],
        description: REASONS[entry.reason],
        details: { connectorAction: entry.action, connectorStatus: entry.status, SkipReason: entry.reason },
      },
    ],
    modifiedProperties: entry.modified,
  };
}
