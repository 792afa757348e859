/** Every route: name, method, path, role and handler. The functions are registered from this table. */
import type { ApiHandler } from './ApiHandler';
import type { Route } from './Route';
import type { Role } from './access/Role';
import { getAuthorize } from './connection/getAuthorize';
import { getCallback } from './connection/getCallback';
import { postValidateCredentials } from './connection/postValidateCredentials';
import { postPause, postRestart, postStart } from './controlJob';
import { getCycle } from './getCycle';
import { getHistory } from './getHistory';
import { getLicenses } from './getLicenses';
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

const routeFor =
  (role: Role) =>
  (name: string, method: Route['method'], path: string, handler: ApiHandler): Route => ({
    name,
    method,
    path,
    role,
    handler,
  });
/** What changes nothing. */
const read = routeFor('Reader');
/** What starts, changes or decides something. */
const act = routeFor('Admin');

export const ROUTES: readonly Route[] = [
  { name: 'getHealth', method: 'GET', path: 'health', role: null, handler: healthCheck() },
  read(
    'getOpenApi',
    'GET',
    'openapi.json',
    openApi(() => ROUTES),
  ),
  read('getJob', 'GET', JOB, getJob),
  act('postSync', 'POST', `${JOB}/sync`, postSync),
  act('pauseJob', 'POST', `${JOB}/pause`, postPause),
  act('startJob', 'POST', `${JOB}/start`, postStart),
  act('restartJob', 'POST', `${JOB}/restart`, postRestart),
  act('provisionOnDemand', 'POST', `${JOB}/provisionOnDemand`, postProvisionOnDemand),
  read('listCycles', 'GET', `${JOB}/cycles`, listCycles),
  read('getCycle', 'GET', `${JOB}/cycles/{id}`, getCycle),
  read('getHistory', 'GET', `${JOB}/history`, getHistory),
  read('getPeople', 'GET', `${JOB}/people`, getPeople),
  read('getLicenses', 'GET', `${JOB}/licenses`, getLicenses),
  read('getPlan', 'GET', `${JOB}/cycles/{id}/plan`, getPlan),
  act('postApply', 'POST', `${JOB}/cycles/{id}/apply`, postApply),
  act('postRevert', 'POST', `${JOB}/cycles/{id}/revert`, postRevert),
  read('findUsers', 'GET', `${JOB}/users`, usersFinder()),
  read('getUser', 'GET', `${JOB}/users/{id}`, getUser),
  act('postRelease', 'POST', `${JOB}/users/{id}/release`, postRelease),
  act('approveRemovals', 'POST', `${JOB}/cycles/{id}/approve`, approveRemovals),
  act('rejectRemovals', 'POST', `${JOB}/cycles/{id}/reject`, rejectRemovals),
  read('getSchema', 'GET', `${JOB}/schema`, getSchema),
  act('putSchema', 'PUT', `${JOB}/schema`, putSchema),
  act('deleteSchema', 'DELETE', `${JOB}/schema`, deleteSchema),
  read('listSchemaVersions', 'GET', `${JOB}/schema/versions`, listSchemaVersions),
  read('getSchemaVersion', 'GET', `${JOB}/schema/versions/{id}`, getSchemaVersion),
  read('parseExpression', 'POST', `${JOB}/schema/parseExpression`, postParseExpression),
  read('listFunctions', 'GET', `${JOB}/schema/functions`, listFunctions),
  read('listFilterOperators', 'GET', `${JOB}/schema/filterOperators`, listFilterOperators),
  read('validateCredentials', 'POST', `${JOB}/validateCredentials`, postValidateCredentials),
  act('getAuthorize', 'GET', 'connection/authorize', getAuthorize),
  {
    name: 'getCallback',
    method: 'GET',
    path: 'connection/callback',
    role: null,
    handler: getCallback,
  },
  read('listProvisioningLog', 'GET', 'auditLogs/provisioning', listProvisioningLog),
];
