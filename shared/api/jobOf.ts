import type { ApiRequest } from './ApiResponse';
import { Problem } from './Problem';

export const JOB_ID = 'gotomeeting';

/** There is one job. @throws Problem 404 for any other */
export function requireJob(request: ApiRequest): void {
  if (request.params['job'] !== JOB_ID)
    throw new Problem(404, 'JobNotFound', `There is no such job. The only one is "${JOB_ID}".`);
}
