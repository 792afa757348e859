import type { AccountAttributes } from './Account';

/** The tie between a person and the GoTo account the connector created or adopted. No link, no write (I07). */
export interface Link {
  readonly key: string;
  readonly origin: 'created' | 'adopted';
  readonly state: 'active' | 'disabled';
  /** What GoTo held when the connector last wrote or saw it. */
  readonly applied: AccountAttributes & { readonly licenseKeys: readonly string[] };
}
