import { MAX_COLUMN_LENGTH } from './Table';

/**
 * Cuts a list into JSON texts that each fit one column. An item longer than a column cannot be stored.
 * @throws RangeError for such an item
 */
export function toChunks(items: readonly unknown[]): string[] {
  const chunks: string[] = [];
  let current: string[] = [];
  let length = 2;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (text.length + 2 > MAX_COLUMN_LENGTH) throw new RangeError('An item is too long to store.');
    if (length + text.length + 1 > MAX_COLUMN_LENGTH) {
      chunks.push(`[${current.join(',')}]`);
      current = [];
      length = 2;
    }
    current.push(text);
    length += text.length + 1;
  }
  if (current.length > 0) chunks.push(`[${current.join(',')}]`);
  return chunks;
}

/** Row keys of chunks sort in order. */
export const chunkKey = (index: number): string => String(index).padStart(6, '0');
