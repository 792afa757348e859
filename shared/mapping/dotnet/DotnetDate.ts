/**
 * .NET's DateTime on a host whose zone is UTC, which is what Entra's service behaves like (entra-expressions.md 4.1).
 * Ticks are 100 ns since 0001-01-01; `zone` is DateTimeKind and decides only what `K` and `z` print.
 */
export interface DotnetDate {
  readonly kind: 'date';
  readonly ticks: bigint;
  readonly zone: 'unspecified' | 'utc' | 'local';
}

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Ticks within the second, 0 to 9,999,999. */
  readonly fraction: number;
}

export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_DAY = 86_400n * TICKS_PER_SECOND;
const TICKS_PER_MS = 10_000n;
/** 0001-01-01 in milliseconds since 1970. */
const YEAR_ONE_MS = -62_135_596_800_000n;
/** The last tick of the year 9999. */
const MAX_TICKS = 3_155_378_975_999_999_999n;
const MS_PER_DAY = 86_400_000;

export const dateFromUnixMs = (ms: number): DotnetDate => ({
  kind: 'date',
  ticks: (BigInt(Math.trunc(ms)) - YEAR_ONE_MS) * TICKS_PER_MS,
  zone: 'utc',
});

/** @returns null when the date would leave the years 1 to 9999 */
export const dateFromTicks = (ticks: bigint, zone: DotnetDate['zone']): DotnetDate | null =>
  ticks < 0n || ticks > MAX_TICKS ? null : { kind: 'date', ticks, zone };

/** @returns null when there is no such day or time; hour 24 is none */
export function ticksOf(parts: Omit<DateParts, 'weekday'>): bigint | null {
  const { year, month, day, hour, minute, second, fraction } = parts;
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const seconds = BigInt(hour * 3600 + minute * 60 + second);
  return daysSinceYearOne(year, month, day) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + BigInt(fraction);
}

export function partsOf(ticks: bigint): DateParts {
  const days = Number(ticks / TICKS_PER_DAY);
  const inDay = Number(ticks % TICKS_PER_DAY);
  const seconds = Math.floor(inDay / Number(TICKS_PER_SECOND));
  const date = new Date(days * MS_PER_DAY + Number(YEAR_ONE_MS));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: inDay % Number(TICKS_PER_SECOND),
  };
}

export const daysInMonth = (year: number, month: number): number =>
  [31, isLeapYear(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function daysSinceYearOne(year: number, month: number, day: number): bigint {
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(Math.round((date.getTime() - Number(YEAR_ONE_MS)) / MS_PER_DAY));
}
