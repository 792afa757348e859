import { within } from '../concurrency/within';
import type { Engine } from '../sync/Engine';
import { jobStatusOf } from './jobStatus';
import { Problem } from './Problem';
import type { ApiResponse } from './ApiResponse';

/** The route is anonymous: an answer is kept this long, in ms, so that nobody can make it work hard. */
const KEEP_MS = 5_000;
/** The same while storage is down: whoever deploys waits for its end. */
const KEEP_DOWN_MS = 2_000;

/** Tables that do not answer for so long are down, in ms: their client itself waits for minutes. */
const PATIENCE_MS = 10_000;

/**
 * GET /api/health says only whether the connector can work: its tables answer, it is connected to GoTo, and nobody paused it.
 * @param patienceMs for tests
 */
export function healthCheck(patienceMs = PATIENCE_MS): (engine: Engine) => Promise<ApiResponse> {
  let last: { readonly at: number; readonly answer: Promise<ApiResponse | null> } | undefined;
  let keepMs = KEEP_MS;
  return async (engine) => {
    // Whoever asks meanwhile gets the same answer.
    if (last === undefined || engine.clock.now() - last.at > keepMs)
      last = { at: engine.clock.now(), answer: look(engine, patienceMs) };
    const answer = await last.answer;
    keepMs = answer === null ? KEEP_DOWN_MS : KEEP_MS;
    if (answer !== null) return answer;
    throw new Problem(
      503,
      'StorageUnreachable',
      'Table Storage does not answer. Check AzureWebJobsStorage and its network.',
    );
  };
}

/** @returns null when the tables do not answer */
async function look(engine: Engine, patienceMs: number): Promise<ApiResponse | null> {
  const read = engine.store.job.read().then(
    (rows) => jobStatusOf(rows).code,
    () => null,
  );
  const job = await within(patienceMs, read, null);
  if (job === null) return null;
  const connection = await engine.connection.state();
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
}
