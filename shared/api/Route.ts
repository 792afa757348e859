import type { ApiHandler } from './ApiHandler';

/** A way in: what the functions register. */
export interface Route {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the host's route prefix. */
  readonly path: string;
  /** Anonymous are health, which says little, and the callback, whose state is its key. */
  readonly authLevel: 'function' | 'anonymous';
  readonly handler: ApiHandler;
}
