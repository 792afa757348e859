/** Tables for spreadsheets (RFC 4180), by which no cell becomes a formula. */

type Cell = string | number | boolean | null;

/** Spreadsheets run what begins like this; an apostrophe before it makes it text. */
const FORMULA = /^[=+\-@\t\r]/;
/** Without it Excel takes UTF-8 for something else. */
const BYTE_ORDER_MARK = '\uFEFF';

const cellOf = (value: Cell): string => {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const lineOf = (cells: readonly Cell[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** One line of column names, then a line a row. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  BYTE_ORDER_MARK + lineOf(columns) + rows.map(lineOf).join('');
