import type { WithClock, WithStore } from '../Engine';

/** Tries while the row is changed by others. */
const TRIES = 5;

/**
 * Ends the hold of a person: marked, let go, and marked again, because a cycle between the two may have made the first mark
 * wait (docs/protocol.md R20, R26). Repeating it is harmless.
 * @returns whether the person was held; undefined when nobody is known by this id
 */
export async function releasePerson(
  { store, clock }: WithStore & WithClock,
  sourceId: string,
): Promise<boolean | undefined> {
  const first = await store.people.get(sourceId);
  if (first.etag === null) return undefined;
  if (first.person.hold === null) return false;
  await store.dirty.mark([sourceId], clock.now(), 'released');
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { person, etag } = await store.people.get(sourceId);
    if (person.hold === null) break;
    if ((await store.people.change(sourceId, { ...person, hold: null, heldBy: null }, etag)) !== undefined) break;
  }
  await store.dirty.mark([sourceId], clock.now(), 'released');
  return (await store.people.get(sourceId)).person.hold === null;
}
