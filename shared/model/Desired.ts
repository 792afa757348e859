import type { AccountAttributes } from './Account';
import type { Reason } from './Reason';

/** What should be true of one person in GoTo, as computed from Entra alone. */
export type Desired =
  | { readonly kind: 'active'; readonly attributes: AccountAttributes; readonly licenseKeys: readonly string[] }
  | { readonly kind: 'inactive'; readonly reason: Reason }
  /** In doubt: access is neither given nor taken, it is reported (I17). */
  | { readonly kind: 'leave'; readonly reason: Reason };
