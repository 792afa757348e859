/**
 * DateTime.Parse with the invariant culture, as far as date texts of HR systems and of Entra go: ISO 8601 in all its
 * variants, month/day/year, texts with month names, RFC 1123. A date
 * without a year, which .NET takes for this year’s, is refused. The result is in UTC; without a zone UTC is assumed (FUN, CDate).
 */
import { DateFormatError } from './DateFormatError';
import { abbreviated, MONTHS, WEEKDAYS } from './dateNames';
import { dateFromTicks, partsOf, ticksOf, TICKS_PER_SECOND, type DotnetDate } from './DotnetDate';

const TIME = String.raw`(?<hour>\d{1,2})(?::(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?)?)?\s*(?<mark>[AaPp][Mm]?)?`;
const ZONE = String.raw`(?<zone>Z|GMT|[+-]\d{1,2}(?::?\d{2})?)`;
const weekday = `(?:(?<weekday>${[...WEEKDAYS, ...abbreviated(WEEKDAYS)].join('|')})\\s*,?\\s*)?`;
const month = `(?<name>${[...MONTHS, ...abbreviated(MONTHS)].join('|')})`;
/** No date is longer; the patterns below are not made for long runs of blanks. */
const MAX_DATE_LENGTH = 100;

/** Year first in digits: the only form that takes the T of ISO 8601. */
const YEAR_FIRST = [
  String.raw`(?<year>\d{4})(?<separator>[-/. ])(?<month>\d{1,2})\k<separator>(?<day>\d{1,2})`,
  String.raw`(?<year>\d{4})(?<separator>-)(?<month>\d{1,2})`,
];
const OTHERS = [
  String.raw`(?<month>\d{1,2})(?<separator>[-/.])(?<day>\d{1,2})\k<separator>(?<year>\d{4}|\d{2})`,
  String.raw`(?<day>\d{1,2})[\s/-]+${month}[\s,/-]+(?<year>\d{4}|\d{2})`,
  String.raw`${month}\s+(?<day>\d{1,2})\s*,?\s+(?<year>\d{4})`,
  String.raw`(?<year>\d{4})[\s-]+${month}[\s-]+(?<day>\d{1,2})`,
];
const MONTHS_ONLY = [String.raw`${month}[\s,]+(?<year>\d{4})`, String.raw`(?<month>\d{1,2})/(?<year>\d{4})`];
const withTime = (date: string, separator: string, zone: string): RegExp =>
  new RegExp(String.raw`^${weekday}${date}(?:${separator}${TIME})?\s*${zone}?$`, 'iu');
const PATTERNS = [
  ...YEAR_FIRST.map((date) => withTime(date, 'T', ZONE.replace('GMT|', ''))),
  ...[...YEAR_FIRST, ...OTHERS].map((date) => withTime(date, String.raw`\s*,?\s+`, ZONE)),
  ...[...YEAR_FIRST, ...OTHERS].map((date) => new RegExp(String.raw`^${TIME}\s+${date}\s*${ZONE}?$`, 'iu')),
  ...MONTHS_ONLY.map((date) => new RegExp(String.raw`^${date}\s*${ZONE}?$`, 'iu')),
];

/** @throws DateFormatError when the text is no date */
export function parseDate(text: string): DotnetDate {
  const trimmed = text.trim();
  if (trimmed.length > MAX_DATE_LENGTH) throw new DateFormatError('text', 'The text is too long for a date.');
  for (const pattern of PATTERNS) {
    const groups = pattern.exec(trimmed)?.groups;
    if (groups !== undefined) return dateOf(groups);
  }
  throw new DateFormatError('text', 'The text is no date that .NET understands; write it as 2025-01-31 or 1/31/2025.');
}

function dateOf(groups: Readonly<Record<string, string | undefined>>): DotnetDate {
  const number = (name: string, missing: number): number => {
    const text = groups[name];
    return text === undefined ? missing : Number(text);
  };
  const mark = groups['mark']?.charAt(0).toLowerCase();
  const hour = number('hour', 0);
  if (hour > 0 && groups['minute'] === undefined && mark === undefined) throw notADay();
  // Z belongs to a 24-hour clock.
  if (mark !== undefined && groups['zone']?.toUpperCase() === 'Z') throw notADay();
  const year = number('year', 1);
  const name = groups['name']?.slice(0, 3).toLowerCase();
  const ticks = ticksOf({
    year: groups['year']?.length === 2 ? year + (year > 49 ? 1900 : 2000) : year,
    month:
      name === undefined ? number('month', 1) : abbreviated(MONTHS).findIndex((one) => one.toLowerCase() === name) + 1,
    day: number('day', 1),
    // 13:00 PM is 13:00 to .NET.
    hour: mark === undefined || hour > 12 ? hour : (hour % 12) + (mark === 'p' ? 12 : 0),
    minute: number('minute', 0),
    second: number('second', 0),
    fraction: 0,
  });
  if (ticks === null) throw notADay();
  const named = groups['weekday']?.slice(0, 3).toLowerCase();
  if (named !== undefined && WEEKDAYS[partsOf(ticks).weekday]?.slice(0, 3).toLowerCase() !== named) {
    throw new DateFormatError('text', 'The weekday in the text does not fit its date.');
  }
  // Digits beyond the seventh are rounded.
  const fraction = BigInt(Math.round(Number(`0.${groups['fraction'] ?? '0'}`) * Number(TICKS_PER_SECOND)));
  const minutes = offsetMinutes(groups['zone']);
  const date = dateFromTicks(ticks + fraction - BigInt(minutes) * 60n * TICKS_PER_SECOND, 'utc');
  if (date === null || Math.abs(minutes) > 14 * 60) throw notADay();
  return date;
}

const notADay = (): DateFormatError =>
  new DateFormatError('text', 'The text names a day or a time that does not exist.');

function offsetMinutes(zone: string | undefined): number {
  const found = zone === undefined ? null : /^([+-])(\d{1,2}):?(\d{2})?$/u.exec(zone);
  if (found === null) return 0;
  const [, sign, hours, minutes = '0'] = found;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The weekday of a date: 0 is Sunday. */
export const weekdayOf = (date: DotnetDate): number => partsOf(date.ticks).weekday;
