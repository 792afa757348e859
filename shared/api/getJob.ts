/** GET …/jobs/{job}: the shape of Graph's synchronizationJob and synchronizationStatus (entra-provisioning.md 1.13). */
import type { Engine } from '../sync/Engine';
import { Executions, type Execution } from '../store/state/Executions';
import { Turn } from '../store/state/Turn';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { countedCycle } from './countedCycle';
import { cycleView } from './cycleView';
import { jobStatusOf } from './jobStatus';
import { JOB_ID, requireJob } from './jobOf';

const executionView = (execution: Execution | undefined) =>
  execution === undefined
    ? null
    : {
        activityIdentifier: execution.cycleId,
        state: execution.state,
        timeBegan: execution.timeBegan,
        timeEnded: execution.timeEnded,
        countExported: execution.countExported,
        countEscrowed: execution.countEscrowed,
        error: execution.error,
      };

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
  const job = jobStatusOf(rows);
  return {
    status: 200,
    body: {
      id: JOB_ID,
      templateId: JOB_ID,
      schedule: { state: job.schedule, expression: engine.schedule, expiration: null },
      status: {
        code: !connection.connected
          ? 'NotConfigured'
          : job.code !== 'Active'
            ? job.code
            : last === undefined && current === null
              ? 'NotRun'
              : 'Active',
        lastExecution: executionView(last),
        lastSuccessfulExecution: executionView(Executions.lastGoodOf(rows)),
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
        // A wait that GoTo demanded: nothing is sent to it before.
        demandedWaitUntil: demandedUntil > now ? new Date(demandedUntil).toISOString() : null,
        connection,
        currentCycle: current,
      },
    },
  };
}
