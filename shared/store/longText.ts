/** Texts longer than one column of Table Storage (azure-functions.md 8.1): cut over several, with their number beside. */
import { MAX_COLUMN_LENGTH, type Row, type StoredRow } from './Table';

/** An entity holds 1 MiB, a character takes two bytes (azure-functions.md 8.1); the rest is for the other columns. */
const MAX_TEXT_LENGTH = 400_000;

/** Columns `name`, `name1` … for a text. @throws RangeError for one that fits no row */
export function longText(name: string, text: string): Partial<Row> {
  if (text.length > MAX_TEXT_LENGTH) throw new RangeError(`A value of ${text.length} characters is too long to store.`);
  const pieces = text === '' ? [''] : piecesOf(text);
  const columns = pieces.map((piece, index) => [index === 0 ? name : `${name}${index}`, piece]);
  return { ...(Object.fromEntries(columns) as Partial<Row>), [`${name}Parts`]: pieces.length };
}

/** Pieces of a text that each fit one column. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + MAX_COLUMN_LENGTH;
    // A character of two units must not be cut: each half alone would be lost on the way to the table.
    const isCut = end < text.length && /[\uD800-\uDBFF]/u.test(text.charAt(end - 1));
    const stop = isCut ? end - 1 : end;
    pieces.push(text.slice(start, stop));
    start = stop;
  }
  return pieces;
}

/** @returns undefined when the row has no such text */
export function readLongText(row: StoredRow, name: string): string | undefined {
  const first = row[name];
  if (typeof first !== 'string') return undefined;
  const parts = Number(row[`${name}Parts`] ?? 1);
  let text = first;
  for (let part = 1; part < parts; part += 1) text += String(row[`${name}${part}`] ?? '');
  return text;
}
