import type { Expression } from '../expression/Expression';
import type { TargetAttribute } from './targetAttributes';

/** When a value is written (attributeFlowType, DTS). */
export type Flow =
  | 'always'
  /** ObjectAddOnly: only into a new account. */
  | 'creation'
  /** AttributeAddOnly, and a mapping without source: only while the account has no value. */
  | 'ifEmpty';

/** One attribute mapping, ready to run. */
export interface AttributeMapping {
  readonly target: TargetAttribute;
  /** As the export writes it. */
  readonly targetName: string;
  /** Null: no source, only the default. */
  readonly expression: Expression | null;
  readonly defaultValue: string | null;
  readonly flow: Flow;
  /** Smallest first; null when it takes no part in matching. */
  readonly matchingPriority: number | null;
  /** Redact: the provisioning log shows `[Redact]`. */
  readonly redacted: boolean;
  readonly pointer: string;
}
