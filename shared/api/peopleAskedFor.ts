import { namesOf, type PersonNames } from '../store/PeopleTable';
import type { Engine } from '../sync/Engine';
import type { LogQuery } from './LogPage';
import { NAME_FIELDS } from './logFields';

/** So many people's own logs are read for one answer; a filter that fits more reads the cycles instead. */
const MAX_PEOPLE = 50;

export interface PeopleAskedFor {
  /** Whom the filter is about; undefined when it may be about anybody, or about many. */
  readonly ids: readonly string[] | undefined;
  /** Empty where the filter asks for no name. */
  readonly names: ReadonlyMap<string, PersonNames>;
}

/** Finds the people a query of the log is about, by id or by what they are called. */
export async function peopleAskedFor({ store }: Engine, query: LogQuery): Promise<PeopleAskedFor> {
  const { demands, matches } = query;
  const byId = demands.valuesOf('sourceIdentity/id');
  if (byId !== undefined && byId.length <= MAX_PEOPLE) {
    const ids = [...new Set(byId)];
    const facts = await Promise.all(ids.map(async (id) => [id, await store.people.facts(id)] as const));
    return {
      ids,
      names: new Map(facts.flatMap(([id, known]) => (known === undefined ? [] : [[id, namesOf(known)] as const]))),
    };
  }
  if (!NAME_FIELDS.some((field) => demands.names(field))) return { ids: undefined, names: new Map() };
  const names = await store.people.names();
  // What the entries say is open here: whoever is not ruled out by the name alone may have some.
  const ids = [...names].filter(([sourceId, one]) => matches({ sourceId, names: one }) !== false).map(([id]) => id);
  return { ids: ids.length <= MAX_PEOPLE ? ids : undefined, names };
}
