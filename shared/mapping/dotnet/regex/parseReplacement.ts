/** A .NET replacement text: `$1`, `${name}`, `$&`, `$$`, `` $` ``, `$'`, `$+`, `$_`; anything else stands for itself. */
export type ReplacementPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'before' }
  | { readonly kind: 'after' }
  | { readonly kind: 'input' };

const REFERENCE = /\$(?:\{([^}]+)\}|(\d+)|([$&`'+_]))/gu;

/** @param groups name or number → slot */
export function parseReplacement(text: string, groups: ReadonlyMap<string, number>): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let end = 0;
  for (const found of text.matchAll(REFERENCE)) {
    const part = partOf(found, groups);
    if (part === null) continue;
    parts.push({ kind: 'text', text: text.slice(end, found.index) }, part);
    end = found.index + found[0].length;
  }
  parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

/** @returns null when there is no such group: then the text stays as it is */
function partOf(
  [, name, digits, symbol]: RegExpExecArray,
  groups: ReadonlyMap<string, number>,
): ReplacementPart | null {
  if (symbol === undefined) {
    const key = name ?? digits ?? '';
    const slot = groups.get(/^\d+$/u.test(key) ? String(Number(key)) : key);
    return slot === undefined ? null : { kind: 'slot', slot };
  }
  switch (symbol) {
    case '$':
      return { kind: 'text', text: '$' };
    case '&':
      return { kind: 'slot', slot: 0 };
    case '`':
      return { kind: 'before' };
    case "'":
      return { kind: 'after' };
    case '_':
      return { kind: 'input' };
    default:
      return { kind: 'slot', slot: Math.max(...groups.values()) };
  }
}
