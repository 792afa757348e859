import type { ApiHandler } from './ApiHandler';

/** A way in: what the functions register. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the host's route prefix. */
  readonly path: string;
  /** Only health is anonymous. */
  readonly authLevel: 'function' | 'anonymous';
  readonly handler: ApiHandler;
}
