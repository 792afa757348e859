import type { AccountAttributes } from '../model/Account';
import type { Person } from '../model/Person';
import type { Reason } from '../model/Reason';

/** Attributes that a person should have in GoTo, or why there are none. */
export type Mapped =
  { readonly ok: true; readonly attributes: AccountAttributes } | { readonly ok: false; readonly reason: Reason };

/** How people become accounts. The built-in one is `defaultMapping`; an imported Entra schema will be another. */
export interface Mapping {
  /** Names of the user attributes to read from Graph; nothing else is read. */
  readonly sourceAttributes: readonly string[];
  map(person: Person): Mapped;
}
