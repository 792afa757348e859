import { quoted } from '../../data/quoted';

/** What the reader of a plan chose, as OData's `$filter`. */
export interface PlanChoice {
  /** A kind of the plan's totals, "staged" for what waits for an approval, or empty for all. */
  readonly action: string;
  readonly name: string;
}

export function planFilter({ action, name }: PlanChoice): string {
  const text = name.trim();
  return [
    ...(action === '' ? [] : [filterOf(action)]),
    ...(text === '' ? [] : [`(contains(displayName, ${quoted(text)}) or sourceId eq ${quoted(text.toLowerCase())})`]),
  ].join(' and ');
}

const OF_GROUPS: Readonly<Record<string, string>> = {
  createGroup: 'create',
  linkGroup: 'link',
  renameGroup: 'update',
  deleteGroup: 'delete',
  recoverGroup: 'recover',
};

/** The rows that a kind of the totals counts. */
function filterOf(kind: string): string {
  if (kind === 'staged') return 'staged eq true';
  if (kind === 'moveToGroup') return 'movesToGroup eq true';
  // Whoever is left as is may be either.
  if (kind === 'none') return "action eq 'none'";
  const ofGroups = OF_GROUPS[kind];
  return ofGroups === undefined
    ? `kind eq 'user' and action eq ${quoted(kind)}`
    : `kind eq 'group' and action eq ${quoted(ofGroups)}`;
}
