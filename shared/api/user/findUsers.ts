/** GET …/users?$search=…: people the connector read in Entra, by name, mail or user principal name, while somebody types. */
import type { PersonNames } from '../../store/PeopleTable';
import type { Engine } from '../../sync/Engine';
import type { ApiHandler } from '../ApiHandler';
import type { UsersAnswer } from '../answers/UsersAnswer';
import { requireJob } from '../jobOf';
import { Problem } from '../Problem';
import { namesLike } from './namesLike';

/** Every name is read for the first letter; for the next ones they are kept, in ms. */
const KEEP_MS = 30_000;
/** Nobody is called so: somebody may have come since, and the names are read anew, but not with each letter; in ms. */
const KEEP_MISSES_MS = 2_000;
const MAX_SEARCH_LENGTH = 256;
const TOP = 8;

interface Read {
  readonly at: number;
  readonly names: Promise<ReadonlyMap<string, PersonNames>>;
}

/** @returns a handler that reads the names anew when those it has are old */
export function usersFinder(): ApiHandler {
  let last: Read | undefined;
  const namesOf = ({ store, clock }: Engine, keepMs: number): Read['names'] => {
    if (last === undefined || clock.now() - last.at > keepMs) {
      last = { at: clock.now(), names: store.people.names() };
      last.names.catch(() => (last = undefined));
    }
    return last.names;
  };
  return async (engine, request) => {
    requireJob(request);
    const search = (request.query.get('$search') ?? '').trim().replace(/^"(.*)"$/u, '$1');
    if (search === '' || search.length > MAX_SEARCH_LENGTH)
      throw new Problem(
        400,
        'InvalidSearch',
        `$search must be 1 to ${MAX_SEARCH_LENGTH} characters of a name, a mail address or a user principal name.`,
      );
    const known = namesLike(await namesOf(engine, KEEP_MS), search, TOP);
    const found = known.length > 0 ? known : namesLike(await namesOf(engine, KEEP_MISSES_MS), search, TOP);
    const body: UsersAnswer = { value: [...found] };
    return { status: 200, body };
  };
}
