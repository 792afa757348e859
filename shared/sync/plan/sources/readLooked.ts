import type { SourceRead } from '../../../store/PeopleTable';
import type { WithSource } from '../../Engine';
import { readOf } from './readGroup';

/** Point reads of people, 20 a request, as rows to store. */
export async function readLooked(
  { entra }: WithSource,
  ids: readonly string[],
  cycleId: string,
): Promise<Map<string, SourceRead>> {
  const reads = new Map<string, SourceRead>();
  if (ids.length === 0) return reads;
  const { readAt, people } = await entra.getPeople(ids);
  for (const [id, looked] of people) {
    reads.set(
      id,
      'person' in looked
        ? readOf(looked.person, readAt, cycleId)
        : { displayName: '', attributes: null, deleted: looked.deleted, readAt, readIn: cycleId },
    );
  }
  return reads;
}
