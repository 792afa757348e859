import type { Role } from './access/Role';
import type { ApiHandler } from './ApiHandler';

/** A way in: what the functions register. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the host's route prefix. */
  readonly path: string;
  /**
   * What somebody needs who signs in with Entra; a function key opens all. Null is open to everybody: health, which says
   * little, and the callback, whose state is its key.
   */
  readonly role: Role | null;
  readonly handler: ApiHandler;
}
