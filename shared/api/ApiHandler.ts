import type { Engine } from '../sync/Engine';
import type { ApiRequest, ApiResponse } from './ApiResponse';

/** A use case behind a route. @throws Problem */
export type ApiHandler = (engine: Engine, request: ApiRequest) => Promise<ApiResponse>;
