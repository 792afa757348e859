import type { AccountAttributes } from './Account';

type AttributeChanges = { readonly [Name in keyof AccountAttributes]?: string };

/** Fields to send in one PUT; `licenseKeys` is always the complete list (goto-api.md 6, item 6). */
export interface AccountChanges extends AttributeChanges {
  readonly licenseKeys?: readonly string[];
  /** The user group the person moves to; a person is in at most one (goto-api.md 2.10). */
  readonly groupKey?: string;
}
