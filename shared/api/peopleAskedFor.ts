import { namesOf, type PersonNames } from '../store/PeopleTable';
import { wantedByRule } from '../model/ManagedGroup';
import type { Store } from '../store/Store';
import type { Engine } from '../sync/Engine';
import type { LogQuery } from './LogPage';
import { NAME_FIELDS } from './logFields';

/** So many people's own logs are read for one answer; a filter that fits more reads the cycles instead. */
const MAX_PEOPLE = 50;

export interface PeopleAskedFor {
  /** Whom the filter is about; undefined when it may be about anybody, or about many. */
  readonly ids: readonly string[] | undefined;
  /** Empty where neither filter nor order asks for a name. */
  readonly names: ReadonlyMap<string, PersonNames>;
}

/** Finds whom a query of the log is about, people and user groups, by id or by what they are called. */
export async function peopleAskedFor({ store }: Engine, query: LogQuery): Promise<PeopleAskedFor> {
  const { demands, matches } = query;
  const byId = demands.valuesOf('sourceIdentity/id');
  if (byId !== undefined && byId.length <= MAX_PEOPLE) {
    const ids = [...new Set(byId)];
    const facts = await Promise.all(ids.map(async (id) => [id, await store.people.facts(id)] as const));
    const known = facts.flatMap(([id, one]) => (one === undefined ? [] : [[id, namesOf(one)] as const]));
    const groups = known.length === ids.length ? new Map<string, PersonNames>() : await namesOfGroups(store);
    const ofGroups = [...groups].filter(([id]) => ids.includes(id));
    return { ids, names: new Map([...ofGroups, ...known]) };
  }
  const isByName = NAME_FIELDS.some((field) => demands.names(field) || query.orderBy?.field === field);
  if (!isByName) return { ids: undefined, names: new Map() };
  const names = new Map([...(await store.people.names()), ...(await namesOfGroups(store))]);
  // What the entries say is open here: whoever is not ruled out by the name alone may have some.
  const ids = [...names].filter(([sourceId, one]) => matches({ sourceId, names: one }) !== false).map(([id]) => id);
  return { ids: ids.length <= MAX_PEOPLE ? ids : undefined, names };
}

/** User groups by what wants them: a group of Entra, or a rule. */
async function namesOfGroups({ groups }: Store): Promise<ReadonlyMap<string, PersonNames>> {
  const [sources, managed] = await Promise.all([groups.names(), groups.all()]);
  const namesOfGroup = (displayName: string): PersonNames => ({ displayName, mail: null, userPrincipalName: null });
  return new Map([
    ...[...managed].map(([id, { name }]) => [wantedByRule(id), namesOfGroup(name)] as const),
    ...[...sources].map(([id, { name }]) => [id, namesOfGroup(name)] as const),
  ]);
}
