/** GET …/jobs/{job}: the shape of Graph's synchronizationJob and synchronizationStatus (entra-provisioning.md 1.13). */
import type { Engine } from '../sync/Engine';
import type { Execution } from '../store/StateTable';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { cycleView } from './cycleView';
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
        error: execution.error === null ? null : { code: 'CycleFailed', message: execution.error },
      };

export async function getJob(engine: Engine, schedule: string, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const activeId = await engine.state.active();
  const active = activeId === undefined ? undefined : (await engine.cycles.get(activeId))?.cycle;
  const current =
    active === undefined ? null : cycleView(active, await engine.log.total(active.id), engine.clock.now());
  const last = await engine.state.lastExecution();
  return {
    status: 200,
    body: {
      id: JOB_ID,
      templateId: JOB_ID,
      schedule: { state: 'Active', expression: schedule, expiration: null },
      status: {
        code: last === undefined && current === null ? 'NotRun' : 'Active',
        lastExecution: executionView(last),
        lastSuccessfulExecution: executionView(await engine.state.lastSuccess()),
        progress:
          current === null
            ? []
            : [
                {
                  units: 'changes',
                  completedUnits: current.progress.done,
                  totalUnits: current.progress.expected,
                  progressObservationDateTime: new Date(engine.clock.now()).toISOString(),
                },
              ],
        quarantine: null,
        currentCycle: current,
      },
    },
  };
}
