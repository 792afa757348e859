import type { WithClock, WithStore } from '../Engine';

/** Tries while the row is changed by others. */
const TRIES = 5;

/**
 * Ends the hold of a person, and of the user groups that the same undo took back: marked, let go, and marked again, because
 * a cycle between the two may have made the first mark wait (docs/protocol.md R20, R26). Repeating it is harmless.
 * @returns whether the person was held; undefined when nobody is known by this id
 */
export async function releasePerson(engine: WithStore & WithClock, sourceId: string): Promise<boolean | undefined> {
  const { store, clock } = engine;
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
  if (first.person.heldBy !== null) await releaseGroups(engine, first.person.heldBy);
  return (await store.people.get(sourceId)).person.hold === null;
}

async function releaseGroups({ store, clock }: WithStore & WithClock, heldBy: string): Promise<void> {
  const isHeld = ({ hold }: { readonly hold: { readonly by: string; readonly isOver: boolean } | null }): boolean =>
    hold?.by === heldBy && !hold.isOver;
  const held = [...(await store.groups.all())].filter(([, group]) => isHeld(group));
  if (held.length === 0) return;
  await store.dirty.markUserGroups(clock.now(), 'released');
  for (const [id, { name }] of held)
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { group, etag } = await store.groups.get(id, name);
      if (!isHeld(group)) break;
      const next = { ...group, hold: { by: heldBy, isOver: true } };
      if ((await store.groups.change(id, next, etag)) !== undefined) break;
    }
  await store.dirty.markUserGroups(clock.now(), 'released');
}
