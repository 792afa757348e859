import type { LogEntry } from '../../model/LogEntry';
import type { PlanEntry } from '../../model/PlanEntry';
import type { StoredPerson } from '../../store/PeopleTable';
import type { ApplyContext } from './ApplyContext';

/** Writes this cycle made for the person before: known from the row, or from the log when the row was changed since. */
export async function writtenBefore(
  { engine, cycleId }: ApplyContext,
  entry: PlanEntry,
  { person, etag }: StoredPerson,
): Promise<readonly LogEntry[]> {
  if (person.part?.cycleId === cycleId) return person.part.entries;
  if (etag === entry.personEtag) return [];
  return engine.store.people.writesOf(entry.sourceId, cycleId);
}
