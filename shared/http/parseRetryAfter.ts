/**
 * The longest wait another side can demand, in ms: a header of years, or a broken clock over there, must not stop the
 * job for good.
 */
export const LONGEST_DEMANDED_WAIT_MS = 3_600_000;

/** The three forms of an HTTP date begin with the day of the week (RFC 9110 5.6.7); Date.parse alone takes much more. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * `Retry-After` in seconds or as an HTTP date (RFC 9110 10.2.3).
 * @param header the header's value
 * @param nowMs the present, in ms since the epoch
 * @returns the wait in ms, 0 … LONGEST_DEMANDED_WAIT_MS; undefined when absent or neither form
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1_000);
  if (!HTTP_DATE.test(text)) return undefined;
  // The oldest form names no zone; every HTTP date is in GMT.
  const date = Date.parse(/ GMT$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(date) ? undefined : bounded(date - nowMs);
}

const bounded = (ms: number): number => Math.min(LONGEST_DEMANDED_WAIT_MS, Math.max(0, ms));
