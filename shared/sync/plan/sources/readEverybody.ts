import type { Slice } from '../Slice';
import { readOf } from './readGroup';

/** Everybody in the directory, by pages of the list: who is not on it is asked for by id before anything is concluded (I05). */
export const readEverybody: Slice = async (context, place) => {
  const { entra, clock, timing } = context.engine;
  let { link } = place.cycle.cursor;
  let pages = 0;
  do {
    pages += 1;
    const readAt = clock.now();
    const page = await entra.listUsersPage(link ?? undefined);
    await context.read.add(page.people.map((person) => [person.id, readOf(person, readAt, place.cycle.id)] as const));
    link = page.next;
  } while (link !== null && pages < timing.pagesPerSlice && !context.isTimeUp());
  await context.read.flush();
  place.move({ cursor: { ...place.cycle.cursor, link } });
  return link === null ? 'next' : 'stay';
};
