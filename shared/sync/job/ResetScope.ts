/** What a restart forgets, in Graph's words (entra-provisioning.md 1.11). */
export const RESET_SCOPES = ['ConnectorDataStore', 'Escrows', 'Watermark', 'QuarantineState'] as const;
export type ResetScope = (typeof RESET_SCOPES)[number];

/** "Restart provisioning" of the admin center: what Graph does when nothing is said. */
const USUAL: ReadonlySet<ResetScope> = new Set(['QuarantineState', 'Watermark', 'Escrows']);

export type ResetRequest =
  | { readonly kind: 'scopes'; readonly scopes: ReadonlySet<ResetScope> }
  | { readonly kind: 'unknown'; readonly name: string };

/** @param text flags with commas between, in any letter case; empty for the usual ones; `None` starts and forgets nothing */
export function resetScopesOf(text: string): ResetRequest {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return { kind: 'scopes', scopes: USUAL };
  const scopes = new Set<ResetScope>();
  for (const name of names) {
    const lower = name.toLowerCase();
    const known = RESET_SCOPES.find((scope) => scope.toLowerCase() === lower);
    if (known !== undefined) scopes.add(known);
    else if (lower === 'full') for (const scope of RESET_SCOPES) scopes.add(scope);
    else if (lower !== 'none') return { kind: 'unknown', name };
  }
  return { kind: 'scopes', scopes };
}
