/**
 * DateAdd and DateDiff of Visual Basic, whose counting the table of Entra's documentation shows (entra-expressions.md
 * 4.2): elapsed days, hours, minutes and seconds truncated toward zero; calendar weeks, months and years.
 */
import {
  dateFromTicks,
  daysInMonth,
  partsOf,
  ticksOf,
  TICKS_PER_DAY,
  TICKS_PER_SECOND,
  type DotnetDate,
} from './DotnetDate';
import { weekdayOf } from './parseDate';

export const DATE_INTERVALS = ['yyyy', 'q', 'm', 'y', 'd', 'w', 'ww', 'h', 'n', 's'] as const;
export type DateInterval = (typeof DATE_INTERVALS)[number];

/** Interval names are taken in any letter case, as Visual Basic does. */
export const dateIntervalOf = (text: string): DateInterval | undefined =>
  DATE_INTERVALS.find((one) => one === text.trim().toLowerCase());

const TICKS: Readonly<Partial<Record<DateInterval, bigint>>> = {
  y: TICKS_PER_DAY,
  d: TICKS_PER_DAY,
  w: TICKS_PER_DAY,
  ww: 7n * TICKS_PER_DAY,
  h: 3600n * TICKS_PER_SECOND,
  n: 60n * TICKS_PER_SECOND,
  s: TICKS_PER_SECOND,
};
const MONTHS: Readonly<Partial<Record<DateInterval, bigint>>> = { yyyy: 12n, q: 3n, m: 1n };

/** @returns null when the result leaves the years 1 to 9999 */
export function addToDate(interval: DateInterval, count: bigint, date: DotnetDate): DotnetDate | null {
  const ticks = TICKS[interval];
  if (ticks !== undefined) return dateFromTicks(date.ticks + count * ticks, date.zone);
  return addMonths(date, count * (MONTHS[interval] ?? 1n));
}

/** The day is cut to the end of a shorter month: 31 January plus a month is 28 February. */
function addMonths(date: DotnetDate, months: bigint): DotnetDate | null {
  if (months < -120_000n || months > 120_000n) return null;
  const parts = partsOf(date.ticks);
  const index = parts.year * 12 + parts.month - 1 + Number(months);
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const ticks = ticksOf({ ...parts, year, month, day: Math.min(parts.day, daysInMonth(year, month)) });
  return ticks === null ? null : { ...date, ticks };
}

/**
 * `later` minus `earlier`: positive when the second is later.
 * @returns null when a week began before the year 1
 */
export function differenceOf(interval: DateInterval, earlier: DotnetDate, later: DotnetDate): bigint | null {
  const elapsed = later.ticks - earlier.ticks;
  const [from, to] = [partsOf(earlier.ticks), partsOf(later.ticks)];
  switch (interval) {
    case 'yyyy':
      return BigInt(to.year - from.year);
    case 'q':
      return BigInt((to.year - from.year) * 4 + quarter(to.month) - quarter(from.month));
    case 'm':
      return BigInt((to.year - from.year) * 12 + to.month - from.month);
    case 'ww':
      return startOfWeek(later) < 0n || startOfWeek(earlier) < 0n
        ? null
        : (startOfWeek(later) - startOfWeek(earlier)) / TICKS_PER_DAY / 7n;
    case 'w':
      return elapsed / TICKS_PER_DAY / 7n;
    case 'y':
    case 'd':
      return elapsed / TICKS_PER_DAY;
    case 'h':
      return elapsed / (3600n * TICKS_PER_SECOND);
    case 'n':
      return elapsed / (60n * TICKS_PER_SECOND);
    case 's':
      return elapsed / TICKS_PER_SECOND;
  }
}

const quarter = (month: number): number => Math.floor((month - 1) / 3);
/** The Sunday at or before, at the same time of day. */
const startOfWeek = (date: DotnetDate): bigint => date.ticks - BigInt(weekdayOf(date)) * TICKS_PER_DAY;
