/**
 * How long a person whose change failed waits before it is tried again. Entra waits 6, 12 and 24 hours and then tries daily
 * (docs/facts/entra-provisioning.md 1.8); most causes pass sooner, so a few tries within the first hours come before.
 * Entra drops the person after 28 days: here the daily try goes on, as dropped people would be lost in silence. A change
 * in Entra, a changed setting or a full cycle comes before any of these.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS_MS = [4 * MINUTE_MS, 16 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS];

/** What only time, or somebody else’s turn, mends: not longer than this between two tries. */
const LONGEST_MS: ReadonlyMap<string, number> = new Map([
  // A seat may be free, or an own write shown, in the very next cycle: one question a cycle tells for everybody.
  ['LicenseLimitExceeded', 0],
  ['WriteNotVisible', 0],
  ['AccessRemains', 0],
  // The other person's account may leave the address any time, and nothing tells.
  ['Conflict', HOUR_MS],
  ['DuplicateSourceEntries', HOUR_MS],
  // Its person may accept GoTo's invitation any time.
  ['PendingTransfer', 6 * HOUR_MS],
]);

/**
 * @param code of the failure, see shared/model/ErrorCode.ts
 * @param failures cycles in a row in which the person's change failed, this one included
 * @returns ms; 0: the very next cycle
 */
export function escrowWait(code: string | null, failures: number): number {
  const step = STEPS_MS[Math.min(failures, STEPS_MS.length) - 1] ?? 0;
  return Math.min(step, LONGEST_MS.get(code ?? '') ?? step);
}
