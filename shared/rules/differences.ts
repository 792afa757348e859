import { ATTRIBUTE_NAMES, emailKey, type AccountAttributes } from '../model/Account';
import type { AccountChanges } from '../model/AccountChanges';
import type { DesiredActive } from '../model/Desired';

/** An account as listed, or as last applied. */
export interface PresentValues {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly licenseKeys: readonly string[];
  readonly groupKey?: string | null | undefined;
}

/**
 * Only what differs and the mapping writes into an account that is there: GoTo's PUT is partial (goto-api.md 2.7).
 * @param removable licences that may be taken when they are not wanted
 */
export function differences(
  desired: DesiredActive,
  present: PresentValues,
  removable: ReadonlySet<string>,
): AccountChanges {
  if (isSwitchedOff(desired, 'update')) return {};
  const { attributes, groupKey, flows = {} } = desired;
  const changed: { -readonly [K in keyof AccountAttributes]?: string } = {};
  for (const name of ATTRIBUTE_NAMES) {
    const [wanted, held = null] = [attributes[name], present[name]];
    if (wanted === undefined || flows[name] === 'creation') continue;
    if (flows[name] === 'ifEmpty' && held !== null && held !== '') continue;
    // A mandatory name that the mapping gives no value is left alone in an account that is there.
    if (wanted === '' && (name === 'firstName' || name === 'lastName')) continue;
    const isSame = name === 'email' ? emailKey(wanted) === emailKey(held ?? '') : wanted === held;
    if (!isSame) changed[name] = wanted;
  }
  const licenseKeys = licensesAfter(desired.licenseKeys, present.licenseKeys, removable);
  return {
    ...changed,
    ...(sameKeys(licenseKeys, present.licenseKeys) ? {} : { licenseKeys }),
    ...(groupKey === undefined || groupKey === (present.groupKey ?? null) ? {} : { groupKey }),
  };
}

/** The complete wanted list: what may not be taken stays, of the rest exactly what is wanted. */
export function licensesAfter(
  wanted: readonly string[],
  present: readonly string[],
  removable: ReadonlySet<string>,
): readonly string[] {
  const kept = present.filter((key) => !removable.has(key) || wanted.includes(key));
  return [...kept, ...wanted.filter((key) => !kept.includes(key))];
}

/** The same keys, in any order; neither list holds one twice. */
export const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key) => b.includes(key));

/** Whether the mapping switches the action off (flowTypes). */
export const isSwitchedOff = (desired: DesiredActive, action: 'create' | 'update'): boolean =>
  desired.switchedOff?.includes(action) ?? false;
