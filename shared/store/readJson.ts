/** JSON in a column, parsed where it is read: what another release wrote is told as that, or counts as not there. */
import { z } from 'zod';
import { readLongText } from './longText';
import type { StoredRow } from './Table';

/** Another release wrote the row, or somebody's hand. */
export class UnreadableRow extends Error {
  constructor({ partitionKey, rowKey }: StoredRow, column: string, cause: unknown) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is no JSON';
    super(`The row ${partitionKey} ${rowKey} cannot be read by this release: its ${column}: ${what}`, { cause });
    this.name = 'UnreadableRow';
  }
}

/**
 * @param column of `longText`, or of one piece
 * @param without the text that stands for a column that is not there; none: then the row cannot be read
 * @throws UnreadableRow
 */
export function readJson<S extends z.ZodType>(row: StoredRow, column: string, schema: S, without = ''): z.output<S> {
  try {
    return schema.parse(JSON.parse(readLongText(row, column) ?? without));
  } catch (error) {
    throw new UnreadableRow(row, column, error);
  }
}

/** The same, for what is only a memory. @returns undefined when there is no row, or another release wrote it */
export function recallJson<S extends z.ZodType>(
  row: StoredRow | undefined,
  column: string,
  schema: S,
): z.output<S> | undefined {
  if (row === undefined) return undefined;
  try {
    return readJson(row, column, schema);
  } catch {
    return undefined;
  }
}
