/** POST …/jobs/{job}/validateCredentials: Graph's name for "Test Connection". Answers 200 whatever is found. */
import type { Engine } from '../../sync/Engine';
import { testConnection } from '../../sync/job/testConnection';
import type { ConnectionAnswer } from '../answers/ConnectionAnswer';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { requireJob } from '../jobOf';

/** @throws Problem 404 for another job */
export async function postValidateCredentials(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const lines = await testConnection(engine);
  const body: ConnectionAnswer = { valid: lines.every(({ status }) => status !== 'failed'), lines: [...lines] };
  return { status: 200, body };
}
