import type { ApiRequest } from '../ApiResponse';
import { principalOf } from './Principal';
import type { Role } from './Role';

/** What whoever asks may do. A function key opens everything; a route that is answered at all was asked by a Reader at least. */
export const roleOfAsker = (engine: { readonly signInWithEntra: boolean }, request: ApiRequest): Role =>
  !engine.signInWithEntra || principalOf(request)?.roles.has('Admin') === true ? 'Admin' : 'Reader';
