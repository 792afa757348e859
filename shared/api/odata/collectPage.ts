/** Items looked at for one answer: a filter that finds little answers with a next link instead of a long wait. */
const MAX_READ = 5_000;
const FILTERED_PAGE = 500;

/** A list in a fixed order, read page by page. */
export interface PagedList<T> {
  /** @param after the key of the item before the first; undefined from the beginning */
  readonly page: (
    size: number,
    after: string | undefined,
  ) => Promise<{ readonly items: readonly T[]; readonly isLast: boolean }>;
  readonly keyOf: (item: T) => string;
}

export interface CollectOptions<T> {
  readonly top: number;
  readonly after: string | undefined;
  /** Undefined where every item matches. */
  readonly matches: ((item: T) => boolean | Promise<boolean>) | undefined;
}

/** @returns up to `top` items that match, and where to go on; `next` is undefined when nothing is left */
export async function collectPage<T>(
  list: PagedList<T>,
  { after, matches, top }: CollectOptions<T>,
): Promise<{ readonly found: readonly T[]; readonly next: string | undefined }> {
  const found: T[] = [];
  let next = after;
  for (let read = 0; read < MAX_READ;) {
    const { items, isLast } = await list.page(matches === undefined ? top - found.length : FILTERED_PAGE, next);
    for (const [index, item] of items.entries()) {
      next = list.keyOf(item);
      if (matches === undefined || (await matches(item))) found.push(item);
      if (found.length === top) return { found, next: isLast && index === items.length - 1 ? undefined : next };
    }
    if (isLast) return { found, next: undefined };
    read += items.length;
  }
  return { found, next };
}
