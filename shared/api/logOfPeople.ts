import type { LogEntry } from '../model/LogEntry';
import type { PersonNames } from '../store/PeopleTable';
import type { Engine } from '../sync/Engine';
import type { LogPage, LogQuery } from './LogPage';
import { inOrder, placeIn } from './inOrder';

/** The log of a few people, from their own rows: other people's entries and cycles cost nothing. Newest first. */
export async function logOfPeople(
  engine: Engine,
  query: LogQuery,
  ids: readonly string[],
  names: ReadonlyMap<string, PersonNames>,
): Promise<LogPage> {
  const logs = await Promise.all(ids.map((id) => wholeLog(engine, id)));
  const all = logs.flatMap((entries, index) => entries.map((entry) => itemOf(entry, names.get(ids[index] ?? ''))));
  const found = all.filter((item) => query.matches(item) === true);
  const rest = inOrder(found, query.orderBy, query.after?.list === 'people' ? query.after.behind : undefined);
  const items = rest.slice(0, query.top);
  const last = items.at(-1);
  return {
    items,
    next:
      last === undefined || items.length === rest.length
        ? undefined
        : { list: 'people', behind: placeIn(last, query.orderBy) },
    ...(query.counts ? { total: found.length } : {}),
    ...(found.length === 0 ? { message: nothingFound(engine, ids, names, all.length) } : {}),
  };
}

async function wholeLog(engine: Engine, id: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of engine.store.people.log(id)) entries.push(entry);
  return entries;
}

/** A name that is not known yet is null, not open: this is all there is to know of the person. */
const itemOf = (entry: LogEntry, names: PersonNames | undefined) => ({
  sourceId: entry.sourceId,
  entry,
  names: names ?? { displayName: entry.displayName, mail: null, userPrincipalName: null },
});

/** Why the answer is empty, and what to do: whoever asks is about to tell a person something. */
function nothingFound(
  engine: Engine,
  ids: readonly string[],
  names: ReadonlyMap<string, PersonNames>,
  entries: number,
): string {
  const [id] = ids;
  if (id === undefined)
    return 'Nobody whom the connector ever read in Entra is called so. Look for another spelling, or check that the person is assigned to the enterprise application: assignments are read in every cycle.';
  if (entries > 0) return 'The log has entries of the person, but none that fits the rest of the filter.';
  if (names.has(id))
    return `The person is known, but the log has nothing to say: nothing was to be done in the last ${engine.logRetentionDays} days, or the first cycle has not ended yet.`;
  return 'The connector never met a person with this object id. Check the id in Entra, and that the person is assigned to the enterprise application: assignments are read in every cycle.';
}
