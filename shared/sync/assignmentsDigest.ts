import type { Assignment } from '../model/Assignment';
import { digest } from '../model/hash';

/** The same for the same assignments in any order. */
export const assignmentsDigest = (assignments: readonly Assignment[]): string =>
  digest(assignments.map(({ principalId, appRoleId }) => `${principalId}/${appRoleId}`).sort());
