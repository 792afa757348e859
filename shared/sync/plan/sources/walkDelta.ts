import type { DeltaPage } from '../../../entra/EntraSource';
import type { PlanContext } from '../PlanContext';
import { incompleteDelta } from './deltaFaults';

/** Where a walk along a delta stands: at its end with the link of another day, or where the next slice goes on. */
export type Walked =
  { readonly deltaLink: string; readonly rest: null } | { readonly deltaLink: null; readonly rest: string };

/**
 * Follows a delta for one slice, at least a page. Each page is taken over before the next one is asked for; done again, it
 * is taken over again.
 * @param from the stored delta link, or the `rest` of the slice before
 * @param takeOver may be repeated. @param readAt in ms, before the request left
 * @throws ConnectorError IncompleteRead for a delta without end, ResyncRequired for a link that has run out
 */
export async function walkDelta<T>(
  context: PlanContext,
  from: string,
  read: (link: string) => Promise<DeltaPage<T>>,
  takeOver: (changes: readonly T[], readAt: number) => Promise<void>,
): Promise<Walked> {
  const { clock, timing } = context.engine;
  const seen = new Set<string>();
  let link = from;
  do {
    if (seen.has(link)) throw incompleteDelta();
    seen.add(link);
    const readAt = clock.now();
    const page = await read(link);
    await takeOver(page.changes, readAt);
    if (page.deltaLink !== undefined) return { deltaLink: page.deltaLink, rest: null };
    if (page.nextLink === undefined) throw incompleteDelta();
    link = page.nextLink;
  } while (seen.size < timing.pagesPerSlice && !context.isTimeUp());
  return { deltaLink: null, rest: link };
}
