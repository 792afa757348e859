import type { WithStore } from '../Engine';
import type { CyclePlace } from './CyclePlace';

/** Names in one sentence. */
const MOST_NAMED = 5;

/** Whom Entra's lists show without access, and Entra itself with it: nobody of them lost anything for it (I05). */
export async function warnOfRefuted({ store }: WithStore, place: CyclePlace): Promise<void> {
  const names: string[] = [];
  for await (const { result, entry } of store.plans.rows(place.cycle.id))
    if (result?.outcome === 'doubt') names.push(entry.displayName);
  if (names.length === 0) return;
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  place.warn(
    `Entra's lists show ${names.length} ${names.length === 1 ? 'person' : 'people'} without access, and Entra shows it when asked about each: ` +
      `${names.slice(0, MOST_NAMED).join(', ')}${more}. Nothing was taken for it; they are looked at again.`,
  );
}
