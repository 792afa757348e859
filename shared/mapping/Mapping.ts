import type { AccountAttributes } from '../model/Account';
import type { AppRole } from '../model/Assignment';
import type { AttributeFlows } from '../model/Desired';
import type { Person } from '../model/Person';
import type { Reason } from '../model/Reason';
import type { ClauseResult } from './scope/clausesOf';

/** What the mapping may ask for besides the attributes that Graph keeps with the user. */
export interface MappingFacts {
  readonly appRoles: readonly AppRole[];
  /** Unassigned, in the recycle bin or blocked: what `IsSoftDeleted` says (CUS). */
  readonly isSoftDeleted: boolean;
  readonly nowMs: number;
}

/** How a person should stand in GoTo by the mapping, or why the person is left alone. */
export type Mapped =
  | {
      readonly kind: 'active';
      readonly attributes: AccountAttributes;
      readonly flows: AttributeFlows;
      /** Further addresses to look for an account by, in order of precedence. */
      readonly matching: readonly string[];
      readonly redacted: readonly (keyof AccountAttributes)[];
    }
  | { readonly kind: 'inactive'; readonly reason: Reason }
  | { readonly kind: 'leave'; readonly reason: Reason; readonly detail?: string };

/** How people become accounts: an imported Entra schema, or the built-in one. */
export interface Mapping {
  /** Names of the source attributes to read from Graph, as mappings write them; nothing else is read. */
  readonly sourceAttributes: readonly string[];
  /** What may be done at all: Entra's flowTypes. */
  readonly flow: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
  map(person: Person, facts: MappingFacts): Mapped;
  /** The scoping filter's clauses with this person's values; empty when there is none, or when one cannot be tried. */
  clausesOf(person: Person, facts: MappingFacts): readonly ClauseResult[];
}
