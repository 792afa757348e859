/** Every route: name, method, path, key level and handler. The functions are registered from this table. */
import type { ApiHandler } from './ApiHandler';
import type { Route } from './Route';
import { getAuthorize } from './connection/getAuthorize';
import { getCallback } from './connection/getCallback';
import { postValidateCredentials } from './connection/postValidateCredentials';
import { postPause, postRestart, postStart } from './controlJob';
import { getCycle } from './getCycle';
import { getHistory } from './getHistory';
import { getPeople } from './getPeople';
import { approveRemovals, rejectRemovals } from './decideRemovals';
import { getPlan } from './getPlan';
import { listCycles } from './listCycles';
import { postApply, postRevert } from './planActions';
import { postProvisionOnDemand } from './postProvisionOnDemand';
import { postRelease } from './postRelease';
import { postSync } from './postSync';
import { listFilterOperators, listFunctions, postParseExpression } from './expressions';
import { healthCheck } from './getHealth';
import { openApi } from './openapi/getOpenApi';
import { getJob } from './getJob';
import { listProvisioningLog } from './listProvisioningLog';
import { usersFinder } from './user/findUsers';
import { getUser } from './user/getUser';
import { deleteSchema, getSchema, getSchemaVersion, listSchemaVersions, putSchema } from './schema';

const JOB = 'synchronization/jobs/{job}';

const keyed = (name: string, method: Route['method'], path: string, handler: ApiHandler): Route => ({
  name,
  method,
  path,
  authLevel: 'function',
  handler,
});

export const ROUTES: readonly Route[] = [
  { name: 'getHealth', method: 'GET', path: 'health', authLevel: 'anonymous', handler: healthCheck() },
  keyed(
    'getOpenApi',
    'GET',
    'openapi.json',
    openApi(() => ROUTES),
  ),
  keyed('getJob', 'GET', JOB, getJob),
  keyed('postSync', 'POST', `${JOB}/sync`, postSync),
  keyed('pauseJob', 'POST', `${JOB}/pause`, postPause),
  keyed('startJob', 'POST', `${JOB}/start`, postStart),
  keyed('restartJob', 'POST', `${JOB}/restart`, postRestart),
  keyed('provisionOnDemand', 'POST', `${JOB}/provisionOnDemand`, postProvisionOnDemand),
  keyed('listCycles', 'GET', `${JOB}/cycles`, listCycles),
  keyed('getCycle', 'GET', `${JOB}/cycles/{id}`, getCycle),
  keyed('getHistory', 'GET', `${JOB}/history`, getHistory),
  keyed('getPeople', 'GET', `${JOB}/people`, getPeople),
  keyed('getPlan', 'GET', `${JOB}/cycles/{id}/plan`, getPlan),
  keyed('postApply', 'POST', `${JOB}/cycles/{id}/apply`, postApply),
  keyed('postRevert', 'POST', `${JOB}/cycles/{id}/revert`, postRevert),
  keyed('findUsers', 'GET', `${JOB}/users`, usersFinder()),
  keyed('getUser', 'GET', `${JOB}/users/{id}`, getUser),
  keyed('postRelease', 'POST', `${JOB}/users/{id}/release`, postRelease),
  keyed('approveRemovals', 'POST', `${JOB}/cycles/{id}/approve`, approveRemovals),
  keyed('rejectRemovals', 'POST', `${JOB}/cycles/{id}/reject`, rejectRemovals),
  keyed('getSchema', 'GET', `${JOB}/schema`, getSchema),
  keyed('putSchema', 'PUT', `${JOB}/schema`, putSchema),
  keyed('deleteSchema', 'DELETE', `${JOB}/schema`, deleteSchema),
  keyed('listSchemaVersions', 'GET', `${JOB}/schema/versions`, listSchemaVersions),
  keyed('getSchemaVersion', 'GET', `${JOB}/schema/versions/{id}`, getSchemaVersion),
  keyed('parseExpression', 'POST', `${JOB}/schema/parseExpression`, postParseExpression),
  keyed('listFunctions', 'GET', `${JOB}/schema/functions`, listFunctions),
  keyed('listFilterOperators', 'GET', `${JOB}/schema/filterOperators`, listFilterOperators),
  keyed('validateCredentials', 'POST', `${JOB}/validateCredentials`, postValidateCredentials),
  keyed('getAuthorize', 'GET', 'connection/authorize', getAuthorize),
  {
    name: 'getCallback',
    method: 'GET',
    path: 'connection/callback',
    authLevel: 'anonymous',
    handler: getCallback,
  },
  keyed('listProvisioningLog', 'GET', 'auditLogs/provisioning', listProvisioningLog),
];
