import type { AccountAttributes } from './Account';
import type { Reason } from './Reason';

/** Attributes that are not always written: only into a new account, or only while the account has no value. */
export type AttributeFlows = Readonly<Partial<Record<keyof AccountAttributes, 'creation' | 'ifEmpty'>>>;

/** What should be true of one person in GoTo, as computed from Entra alone. */
export type Desired =
  | {
      readonly kind: 'active';
      /** An empty text stands for a required attribute that the mapping gives no value. */
      readonly attributes: AccountAttributes;
      readonly licenseKeys: readonly string[];
      readonly flows?: AttributeFlows | undefined;
      /** Further addresses to look for the account by, in order of precedence. */
      readonly matching?: readonly string[] | undefined;
      /** Attributes whose values the provisioning log does not show. */
      readonly redacted?: readonly (keyof AccountAttributes)[] | undefined;
      /** Actions that the mapping switches off. */
      readonly switchedOff?: readonly ('create' | 'update')[] | undefined;
    }
  | { readonly kind: 'inactive'; readonly reason: Reason }
  /** In doubt: access is neither given nor taken, it is reported (I17). */
  | { readonly kind: 'leave'; readonly reason: Reason; readonly detail?: string | undefined };

/** Addresses to look for an account by, in order of precedence. */
export const matchingAddresses = (desired: Desired & { kind: 'active' }): readonly string[] => [
  desired.attributes.email,
  ...(desired.matching ?? []),
];
