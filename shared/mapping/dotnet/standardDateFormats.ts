import { DateFormatError } from './DateFormatError';

/**
 * A format of one letter is a standard format (custom-date-and-time-format-strings, "Standard"); texts of the invariant
 * culture, checked against .NET by test/oracle.
 */
const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

/** @throws DateFormatError for an empty format or an unknown single letter */
export function customFormatOf(format: string): string {
  if (format === '') throw new DateFormatError('format', 'The date format is empty.');
  if (format.length > 1) return format;
  const custom = STANDARD[format];
  if (custom === undefined) throw new DateFormatError('format', `"${format}" is no standard date format of .NET.`);
  return custom;
}

/** How often the character at `index` stands there in a row. */
export function runLength(format: string, index: number): number {
  const char = format.charAt(index);
  let end = index + 1;
  while (format.charAt(end) === char) end += 1;
  return end - index;
}

/**
 * A quoted literal that begins at `index`.
 * @returns its text and the length it takes in the format
 */
export function quotedLiteral(format: string, index: number): { readonly text: string; readonly length: number } {
  const quote = format.charAt(index);
  let text = '';
  for (let at = index + 1; at < format.length; at += 1) {
    const char = format.charAt(at);
    if (char === quote) return { text, length: at - index + 1 };
    if (char === '\\') {
      at += 1;
      if (at >= format.length) break;
      text += format.charAt(at);
    } else {
      text += char;
    }
  }
  throw new DateFormatError('format', `The quote ${quote} in the date format is never closed.`);
}
