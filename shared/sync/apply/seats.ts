import { ConnectorError } from '../../model/ConnectorError';
import type { ManagedPerson } from '../../model/ManagedPerson';
import type { Draft } from './prepare';

/** Licences that the write gives anew. */
export function licensesAsked(draft: Draft, { link }: ManagedPerson): readonly string[] {
  const held = draft.changes === null ? [] : (link?.applied.licenseKeys ?? []);
  const before = draft.before['licenseKeys'];
  const present: readonly unknown[] = Array.isArray(before) ? before : held;
  const wanted = draft.changes === null ? draft.link.applied.licenseKeys : (draft.changes.licenseKeys ?? []);
  return wanted.filter((key) => !present.includes(key));
}

/** Asked for once a cycle: whoever comes after does not knock again. */
export const noSeat = (): ConnectorError =>
  new ConnectorError('GoTo has no licence left for this person. Free or buy a seat.', {
    code: 'LicenseLimitExceeded',
    sent: false,
    repeatable: false,
    scope: 'object',
  });
