import { DateFormatError } from '../../dotnet/DateFormatError';
import { dateFromTicks, dateFromUnixMs } from '../../dotnet/DotnetDate';
import { dateStylesOf } from '../../dotnet/dateStylesOf';
import { formatDate } from '../../dotnet/formatDate';
import { parseExactDate } from '../../dotnet/parseExactDate';
import {
  addToDate,
  DATE_INTERVALS,
  dateIntervalOf,
  differenceOf,
  type DateInterval,
} from '../../dotnet/visualBasicDates';
import type { Arguments } from '../Arguments';
import type { Value } from '../Value';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Dates';
/** 1601-01-01 in ticks since 0001-01-01: where Windows file times begin. */
const FILE_TIME_EPOCH = 504_911_232_000_000_000n;

export const DATE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Now',
    family,
    parameters: [],
    result: 'date',
    source: 'FUN',
    doc: 'The present date and time in UTC.',
    evaluate: (args) => dateFromUnixMs(Math.floor(args.scope.nowMs / 1000) * 1000),
  },
  {
    name: 'CDate',
    family,
    parameters: [required('expression', 'text')],
    result: 'date',
    source: 'FUN',
    doc: 'The date of a text, in UTC. Without a zone the text is taken as UTC.',
    evaluate: (args) => args.date(0),
  },
  {
    name: 'DateAdd',
    family,
    parameters: [required('interval', 'text'), required('value', 'number'), required('dateTime', 'date')],
    result: 'date',
    source: 'FUN',
    doc: 'A date later (or earlier, for a negative value) by so many yyyy, q, m, ww, d, h, n or s. Days are cut to the end of a shorter month.',
    evaluate: (args) => {
      const [interval, count, date] = [intervalOf(args), wholeNumber(args), args.date(2)];
      if (count === null || date === null) return null;
      const moved = addToDate(interval, count, date);
      if (moved === null) throw args.error('OutOfRange', 'the date leaves the years 1 to 9999.', 1);
      return moved;
    },
  },
  {
    name: 'DateDiff',
    family,
    parameters: [required('interval', 'text'), required('date1', 'date'), required('date2', 'date')],
    result: 'number',
    source: 'FUN',
    doc: 'date2 minus date1 in whole intervals: d, h, n and s are elapsed time, ww, m, q and yyyy count calendar units.',
    evaluate: (args) => {
      const [interval, from, to] = [intervalOf(args), args.date(1), args.date(2)];
      if (from === null || to === null) return null;
      const difference = differenceOf(interval, from, to);
      if (difference === null) throw args.error('OutOfRange', 'the week began before the year 1.');
      return difference;
    },
  },
  {
    name: 'FormatDateTime',
    family,
    parameters: [
      required('source', 'text'),
      optional('dateTimeStyles', 'text'),
      optional('inputFormat', 'text'),
      optional('outputFormat', 'text'),
    ],
    result: 'text',
    source: 'FUN',
    doc: 'Reads a text exactly by inputFormat and prints it by outputFormat, both .NET date formats. Older exports write three places without dateTimeStyles.',
    check: (args) =>
      args.length < 3 || args.length > 4 || args.slice(args.length - 2).includes(null)
        ? 'needs a source, an input format and an output format; the styles between source and input format may be left out.'
        : undefined,
    evaluate: evaluateFormatDateTime,
  },
  {
    name: 'DateFromNum',
    family,
    parameters: [required('value', 'number')],
    result: 'date',
    source: 'FUN',
    doc: 'The date of a Windows file time (100 ns since 1601-01-01 UTC).',
    evaluate: (args) => {
      const value = args.integer(0);
      if (value === null) return null;
      const date = value < 0n ? null : dateFromTicks(value + FILE_TIME_EPOCH, 'utc');
      if (date === null) {
        throw args.error('OutOfRange', 'the number is no file time; 9223372036854775807 means "never".', 0);
      }
      return date;
    },
  },
  {
    name: 'NumFromDate',
    family,
    parameters: [required('value', 'date')],
    result: 'number',
    source: 'FUN',
    doc: 'The Windows file time of a date.',
    evaluate: (args) => {
      const date = args.date(0);
      if (date === null) return null;
      if (date.ticks < FILE_TIME_EPOCH) throw args.error('OutOfRange', 'file times begin with the year 1601.', 0);
      return date.ticks - FILE_TIME_EPOCH;
    },
  },
];

function evaluateFormatDateTime(args: Arguments): Value {
  const source = args.text(0);
  if (source === null) return null;
  const hasStyles = args.count === 4;
  const styles = dateStylesOf(hasStyles ? args.text(1) : null);
  if ('problem' in styles) throw args.error('OutOfRange', styles.problem, 1);
  const input = hasStyles ? 2 : 1;
  const [inputFormat, outputFormat] = [args.text(input) ?? '', args.text(input + 1) ?? ''];
  let place = input;
  try {
    const date = parseExactDate(source, inputFormat, styles, args.scope.nowMs);
    place = input + 1;
    return formatDate(date, outputFormat);
  } catch (error) {
    if (!(error instanceof DateFormatError)) throw error;
    if (error.subject === 'format') throw args.error('InvalidDateFormat', error.message, place, error);
    throw args.error('InvalidDate', error.message, 0, error);
  }
}

function intervalOf(args: Arguments): DateInterval {
  const interval = dateIntervalOf(args.text(0) ?? '');
  if (interval === undefined) throw args.error('OutOfRange', `one of ${DATE_INTERVALS.join(', ')} is expected.`, 0);
  return interval;
}

/** DateAdd cuts a fraction off, as Visual Basic does. */
function wholeNumber(args: Arguments): bigint | null {
  const value = args.number(1);
  return typeof value === 'number' ? BigInt(Math.trunc(value)) : value;
}
