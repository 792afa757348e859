/** What a plan that waits for an admin says as a whole: the hash that names it, and what to know before it is applied. */
import { digest } from '../../model/hash';
import type { WithClock, WithSettings, WithStore } from '../Engine';
import { removalsInDay } from '../job/removalsInDay';
import type { CyclePlace } from './CyclePlace';

/** The hash is the same for the same actions in any order; 0 planned actions have one, too. */
export async function reviewPlan(engine: WithStore & WithClock & WithSettings, place: CyclePlace): Promise<void> {
  const { store } = engine;
  const hashes: string[] = [];
  const removals = new Set<string>();
  let ambiguous = 0;
  let deletions = 0;
  for await (const { state, entry } of store.plans.rows(place.cycle.id)) {
    if (state !== 'planned' && state !== 'staged') continue;
    hashes.push(entry.hash);
    if (entry.action === 'delete') deletions += 1;
    else if (entry.removal) removals.add(entry.sourceId);
    if (entry.observed === 'ambiguous') ambiguous += 1;
  }
  place.move({ planHash: digest(hashes.sort()) });
  // Of staged removals the guard has told already.
  if (!place.cycle.dryRun) return;
  if (ambiguous > 0)
    place.warn(`${ambiguous} ${people(ambiguous)} cannot be matched: GoTo has several accounts with the address.`);
  if (deletions > 0)
    place.warn(
      `${deletions} ${deletions === 1 ? 'account is' : 'accounts are'} due to be deleted, which needs an approval.`,
    );
  if (removals.size > 0) await warnOfRemovals(engine, place, removals);
}

async function warnOfRemovals(
  engine: WithStore & WithClock & WithSettings,
  place: CyclePlace,
  removals: ReadonlySet<string>,
): Promise<void> {
  const { wanted, allowed } = await removalsInDay(engine, removals);
  if (wanted > allowed)
    place.warn(
      `${removals.size} ${people(removals.size)} would lose access, ${wanted} within 24 hours; above the limit of ${allowed} removals an approval is needed.`,
    );
}

const people = (count: number): string => (count === 1 ? 'person' : 'people');
