/** GET …/jobs/{job}: the shape of Graph's synchronizationJob and synchronizationStatus (entra-provisioning.md 1.13). */
import type { Engine } from '../sync/Engine';
import { isoTime } from '../model/Clock';
import { credentialEnd } from '../rules/credentialEnds';
import { nextOccurrence } from '../settings/nextOccurrence';
import { AwaitedApproval } from '../store/state/AwaitedApproval';
import { Executions } from '../store/state/Executions';
import { Turn } from '../store/state/Turn';
import { firstPlan } from '../sync/cycle/firstPlan';
import { jobStateOf } from '../sync/job/jobState';
import { nextCycleAt } from '../sync/job/nextCycleAt';
import { roleOfAsker } from './access/roleOfAsker';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import type { JobAnswer } from './answers/JobAnswer';
import { countedCycle } from './countedCycle';
import { countPeople } from './countPeople';
import { cycleView } from './cycleView';
import { jobExecution } from './jobExecution';
import { JOB_ID, requireJob } from './jobOf';
import { jobStatusOf } from './jobStatus';
import { RELEASE } from './RELEASE';
import { stagesOfCycle } from './stagesOfCycle';

/** As Graph says "never". */
const NEVER = '0001-01-01T00:00:00Z';

export async function getJob(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const rows = await engine.store.job.read();
  const activeId = Turn.of(rows)?.cycleId;
  const active = activeId === undefined ? undefined : await countedCycle(engine, activeId);
  const now = engine.clock.now();
  const demandedUntil = await engine.pacing.waitingUntil();
  const current = active === undefined ? null : cycleView(active.cycle, active.counts, now, demandedUntil);
  const last = Executions.lastOf(rows);
  const connection = await engine.connection.state();
  const credentials = (await engine.connection.knownCredentials(now)).map((one) => {
    const { name, endsAt, daysLeft } = credentialEnd(one, now);
    return { name, endDateTime: timeOrNull(endsAt ?? undefined), daysLeft };
  });
  const job = jobStatusOf(rows);
  const people = await countPeople(engine, rows);
  const awaited = AwaitedApproval.of(rows);
  const plan = await firstPlan(engine, rows);
  // The timer comes all the same, and goes.
  const startsNothing = !connection.connected || plan !== undefined;
  const body: JobAnswer = {
    id: JOB_ID,
    templateId: JOB_ID,
    schedule: {
      state: job.schedule,
      expiration: null,
      ...scheduleOf(engine.schedule, now),
      nextRunDateTime: timeOrNull(startsNothing ? undefined : nextCycleAt(engine, jobStateOf(rows), now)),
    },
    status: {
      code: !connection.connected
        ? 'NotConfigured'
        : job.code !== 'Active'
          ? job.code
          : last === undefined && current === null
            ? 'NotRun'
            : 'Active',
      countSuccessiveCompleteFailures: last?.failuresInARow ?? 0,
      escrowsPruned: false,
      lastExecution: jobExecution(last),
      lastSuccessfulExecution: jobExecution(Executions.lastGoodOf(rows)),
      lastSuccessfulExecutionWithExports: jobExecution(Executions.lastExportingOf(rows)),
      progress:
        current === null
          ? []
          : [
              {
                units: 'changes',
                completedUnits: current.progress.done,
                totalUnits: current.progress.expected,
                progressObservationDateTime: new Date(now).toISOString(),
              },
            ],
      quarantine: job.quarantine,
      steadyStateFirstAchievedTime: Executions.firstGoodOf(rows)?.timeEnded ?? NEVER,
      steadyStateLastAchievedTime: Executions.lastGoodOf(rows)?.timeEnded ?? NEVER,
      synchronizedEntryCountByType: [{ key: 'user to User', value: people.managed }],
      troubleshootingUrl: null,
      // A wait that GoTo demanded: nothing is sent to it before.
      demandedWaitUntil: demandedUntil > now ? new Date(demandedUntil).toISOString() : null,
      connection: { ...connection, credentials },
      currentCycle: current,
      currentStages: active === undefined ? [] : [...stagesOfCycle(active)],
      people,
      awaitingApproval:
        awaited === undefined
          ? null
          : {
              cycleId: awaited.cycleId,
              removals: awaited.removals,
              deletions: awaited.deletions,
              sinceDateTime: isoTime(awaited.since),
            },
      firstPlan: plan === undefined ? null : { cycleId: plan.id },
    },
    synchronizationJobSettings: [
      { name: 'QuarantineTooManyDeletesThreshold', value: String(engine.removalLimit.count) },
    ],
    mappingVersion: await engine.store.schemas.activeVersion(),
    releaseVersion: RELEASE,
    role: roleOfAsker(engine, request),
  };
  return { status: 200, body };
}

const timeOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : isoTime(ms));

/** How often the timer comes. */
function scheduleOf(expression: string, nowMs: number) {
  const next = nextOccurrence(expression, nowMs);
  const afterNext = next === undefined ? undefined : nextOccurrence(expression, next);
  return {
    interval: next === undefined || afterNext === undefined ? 'P0D' : durationOf(afterNext - next),
    expression,
  };
}

/** @param ms whole seconds; @returns as ISO 8601 writes it: PT5M, P1DT12H */
function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const parts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const [days, ...time] = parts.map((value, index) => (value === 0 ? '' : `${value}${'DHMS'[index] ?? ''}`));
  return `P${days ?? ''}${time.join('') === '' ? '' : `T${time.join('')}`}`;
}
