/** Tables for spreadsheets (RFC 4180), by which no cell becomes a formula. */
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { Problem } from './Problem';

export type Cell = string | number | boolean | null;

/** Spreadsheets run what begins like this, full-width signs too; an apostrophe before it makes it text. */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/u;
/**
 * Where lists are separated by semicolons (most of Europe) Excel takes the commas for text, and with them quotes that stand
 * behind one: what follows a semicolon or a line break is a cell of its own there.
 */
const FORMULA_WITHIN = /(?=[=+\-@＝＋－＠])(?<=[;\t\r\n] *)/gu;
/** Without it Excel takes UTF-8 for something else. */
const BYTE_ORDER_MARK = '\uFEFF';

const cellOf = (value: Cell): string => {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' ? asText(text) : text;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const asText = (text: string): string => (FORMULA.test(text) ? "'" : '') + text.replaceAll(FORMULA_WITHIN, "'");

const lineOf = (cells: readonly Cell[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** One line of column names, then a line a row; in pieces, as the rows come. */
export async function* csvOf(
  columns: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + lineOf(columns);
  for await (const rows of pages) if (rows.length > 0) yield rows.map(lineOf).join('');
}

/** Whether a table is wanted rather than JSON. */
export const wantsCsv = (request: ApiRequest): boolean => request.header('accept')?.includes('text/csv') === true;

/** A table is sent whole: what asks for a part of it would be left out quietly. @throws Problem 400 */
export function refusePaging({ query }: ApiRequest): void {
  const asked = ['$top', '$skiptoken', '$count', '$select'].find((name) => query.has(name));
  if (asked !== undefined)
    throw new Problem(
      400,
      'UnsupportedOption',
      `A table has all rows that match and all columns: leave ${asked} out. $filter says which rows.`,
    );
}

/** A table as an answer. @param name of the file, without its ending */
export const csvAnswer = (
  name: string,
  columns: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): ApiResponse => ({
  status: 200,
  headers: { 'content-disposition': `attachment; filename="${name}.csv"` },
  stream: { type: 'text/csv; charset=utf-8', chunks: csvOf(columns, pages) },
});
