import type { ConnectionState } from '../goto/GotoConnection';
import type { Engine } from '../sync/Engine';
import { jobStatusOf, type JobStatus } from './jobStatus';
import { Problem } from './Problem';
import type { ApiResponse } from './ApiResponse';

/** The route is anonymous: an answer is kept this long, in ms, so that nobody can make it work hard. */
const KEEP_MS = 5_000;

/** GET /api/health says only whether the connector can work: its tables answer, it is connected to GoTo, and nobody paused it. */
export function healthCheck(): (engine: Engine) => Promise<ApiResponse> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let isHealthy = false;
  let job: JobStatus['code'] = 'Active';
  let connection: ConnectionState = { connected: true };
  return async (engine) => {
    if (engine.clock.now() - checkedAt > KEEP_MS || !isHealthy) {
      checkedAt = engine.clock.now();
      isHealthy = await engine.store.job.read().then(
        (rows) => {
          job = jobStatusOf(rows).code;
          return true;
        },
        () => false,
      );
      connection = await engine.connection.state();
    }
    if (!isHealthy)
      throw new Problem(
        503,
        'StorageUnreachable',
        'Table Storage does not answer. Check AzureWebJobsStorage and its network.',
      );
    return {
      status: 200,
      body: {
        status: 'ok',
        job,
        signIn: engine.signInWithEntra ? 'entra' : 'key',
        signInProblem: engine.signInProblem,
        ...connection,
      },
    };
  };
}
