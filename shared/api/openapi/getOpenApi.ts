import type { ApiHandler } from '../ApiHandler';
import type { Route } from '../Route';
import { openApiDocument } from './openApiDocument';

/** GET /api/openapi.json, made once a process. @param routes are asked for when somebody comes */
export function openApi(routes: () => readonly Route[]): ApiHandler {
  let body: unknown;
  return () => {
    body ??= openApiDocument(routes());
    return Promise.resolve({ status: 200, body });
  };
}
