import { DateFormatError } from './DateFormatError';
import { abbreviated, MONTHS, WEEKDAYS } from './dateNames';
import { partsOf, type DateParts, type DotnetDate } from './DotnetDate';
import { customFormatOf, quotedLiteral, runLength } from './standardDateFormats';

const SHORT_MONTHS = abbreviated(MONTHS);
const SHORT_WEEKDAYS = abbreviated(WEEKDAYS);
const pad = (value: number, length: number): string => String(value).padStart(length, '0');

/**
 * DateTime.ToString(format, CultureInfo.InvariantCulture) on a host in UTC.
 * @throws DateFormatError when the format is wrong
 */
export function formatDate(date: DotnetDate, format: string): string {
  // .NET takes no format for the general one.
  const custom = customFormatOf(format === '' ? 'G' : format);
  const parts = partsOf(date.ticks);
  let out = '';
  for (let index = 0; index < custom.length;) {
    const char = custom.charAt(index);
    let length = 1;
    switch (char) {
      case '%': {
        const next = custom.charAt(index + 1);
        if (next === '' || next === '%')
          throw new DateFormatError('format', 'The date format ends with "%" or repeats it.');
        // "%d" prints as d in a custom format, never as the standard format d.
        break;
      }
      case '\\':
        if (index + 1 >= custom.length) throw new DateFormatError('format', 'The date format ends with a backslash.');
        out += custom.charAt(index + 1);
        length = 2;
        break;
      case "'":
      case '"': {
        const literal = quotedLiteral(custom, index);
        out += literal.text;
        length = literal.length;
        break;
      }
      default: {
        length = runLength(custom, index);
        const printed = printToken(char, length, parts, date.zone);
        if (printed === null) {
          length = 1;
          out += char;
        } else if (printed === '' && char === 'F' && out.endsWith('.')) {
          // A fraction without digits takes its point along.
          out = out.slice(0, -1);
        } else {
          out += printed;
        }
      }
    }
    index += length;
  }
  return out;
}

/** @returns null when the letter means nothing and stands for itself */
function printToken(char: string, length: number, parts: DateParts, zone: DotnetDate['zone']): string | null {
  const hour12 = parts.hour % 12 === 0 ? 12 : parts.hour % 12;
  const two = Math.min(length, 2);
  switch (char) {
    case 'd':
      if (length <= 2) return pad(parts.day, length);
      return (length === 3 ? SHORT_WEEKDAYS : WEEKDAYS)[parts.weekday] ?? '';
    case 'M':
      if (length <= 2) return pad(parts.month, length);
      return (length === 3 ? SHORT_MONTHS : MONTHS)[parts.month - 1] ?? '';
    case 'y':
      return length <= 2 ? pad(parts.year % 100, length) : pad(parts.year, length);
    case 'h':
      return pad(hour12, two);
    case 'H':
      return pad(parts.hour, two);
    case 'm':
      return pad(parts.minute, two);
    case 's':
      return pad(parts.second, two);
    case 'f':
    case 'F': {
      if (length > 7) throw new DateFormatError('format', 'A date format has at most seven digits of a second.');
      const digits = pad(parts.fraction, 7).slice(0, length);
      return char === 'f' ? digits : digits.replace(/0+$/u, '');
    }
    case 't': {
      const mark = parts.hour < 12 ? 'AM' : 'PM';
      return length === 1 ? mark.charAt(0) : mark;
    }
    case 'z':
      return length === 1 ? '+0' : length === 2 ? '+00' : '+00:00';
    case 'K':
      // K is no run: KK prints the zone twice.
      return (zone === 'utc' ? 'Z' : zone === 'local' ? '+00:00' : '').repeat(length);
    case 'g':
      return 'A.D.';
    default:
      return null;
  }
}
