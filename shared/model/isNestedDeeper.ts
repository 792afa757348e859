/**
 * Whether JSON is nested more than so many levels deep. JSON.parse knows no limit, but whatever walks the value by calling
 * itself does: this walks it level by level.
 */
export function isNestedDeeper(json: unknown, levels: number): boolean {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
