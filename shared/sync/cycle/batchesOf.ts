import { emailKey } from '../../model/Account';
import type { PlanEntry } from '../../model/PlanEntry';

/**
 * The licences of an account that is to be made and that GoTo's list of this cycle does not have: nobody has to look for
 * it, so that it can be made together with others. Null for everybody else.
 */
const plainCreation = ({ action, observed, desired }: PlanEntry): string | null =>
  action === 'create' && observed === 'absent' && desired.kind === 'active'
    ? [...desired.licenseKeys].sort().join()
    : null;

/** Rows that go with one request to GoTo, in their order: creations of the same licences with different addresses. */
export function batchesOf<T extends { readonly entry: PlanEntry; readonly attempts: number }>(
  rows: readonly T[],
  size: number,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  const open = new Map<string, { readonly rows: T[]; readonly addresses: Set<string> }>();
  for (const row of rows) {
    const licences = row.attempts > 0 ? null : plainCreation(row.entry);
    const address = row.entry.desired.kind === 'active' ? emailKey(row.entry.desired.attributes.email) : '';
    const batch = licences === null ? undefined : open.get(licences);
    if (batch !== undefined && batch.rows.length < size && !batch.addresses.has(address)) {
      batch.rows.push(row);
      batch.addresses.add(address);
      continue;
    }
    const own = [row];
    batches.push(own);
    if (licences !== null) open.set(licences, { rows: own, addresses: new Set([address]) });
  }
  return batches;
}
