import { quoted } from '../../data/quoted';

/** What the reader of a plan chose, as OData's `$filter`. */
export interface PlanChoice {
  /** An action, "staged" for what waits for an approval, or empty for all. */
  readonly action: string;
  readonly name: string;
}

export function planFilter({ action, name }: PlanChoice): string {
  const text = name.trim();
  return [
    ...(action === '' ? [] : [action === 'staged' ? 'staged eq true' : `action eq ${quoted(action)}`]),
    ...(text === '' ? [] : [`(contains(displayName, ${quoted(text)}) or sourceId eq ${quoted(text.toLowerCase())})`]),
  ].join(' and ');
}
