import type { SourceRead } from '../../../store/PeopleTable';
import type { WithSource, WithStore } from '../../Engine';
import { readLooked } from './readLooked';

/** People who are asked for and stored together: five requests. */
const SIZE = 100;

/**
 * Point reads of people, stored as they come: a slice that breaks off, or that Graph tells to wait, does not ask for
 * everybody again when it is done anew.
 */
export async function keepLooked(
  { entra, store }: WithSource & WithStore,
  ids: readonly string[],
  cycleId: string,
): Promise<Map<string, SourceRead>> {
  const all = new Map<string, SourceRead>();
  for (let start = 0; start < ids.length; start += SIZE) {
    const reads = await readLooked({ entra }, ids.slice(start, start + SIZE), cycleId);
    await store.people.putRead(reads);
    for (const [id, read] of reads) all.set(id, read);
  }
  return all;
}
