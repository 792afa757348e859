/** Some life in the simulated company: now and then somebody joins, leaves, moves, or is renamed. */
import type { StackClock } from '../clock/StackClock';
import { newUser, type World } from '../simulators/world/buildWorld';

export interface LifeEvent {
  readonly what: 'joiner' | 'leaver' | 'mover' | 'rename';
  readonly who: string;
}

/** Makes the next event happen. @param number of the event, for fresh names */
function nextLifeEvent({ directory, random }: World, number: number): LifeEvent {
  const groups = [...directory.groups.keys()];
  const people = [...directory.entitledIds()];
  const kinds = ['joiner', 'leaver', 'mover', 'rename'] as const;
  const what = kinds[number % kinds.length] ?? 'joiner';
  if (what === 'joiner') {
    const user = directory.addUser(newUser(random, 100_000 + number));
    directory.addMember(random.pick(groups), user.id);
    return { what, who: user.displayName };
  }
  const user = directory.user(random.pick(people));
  if (what === 'leaver') directory.changeUser(user.id, { accountEnabled: false });
  else if (what === 'rename')
    directory.changeUser(user.id, { surname: `${user.surname ?? ''}-Neu`, displayName: `${user.displayName}-Neu` });
  else {
    const from = groups.find((id) => directory.groups.get(id)?.latest.members.has(user.id) === true);
    if (from !== undefined) directory.removeMember(from, user.id);
    directory.addMember(random.pick(groups), user.id);
  }
  return { what, who: user.displayName };
}

/** @returns a function that ends it */
export function liveOn(
  world: World,
  clock: StackClock,
  everyMs: number,
  onEvent: (event: LifeEvent) => void,
): () => void {
  let number = 0;
  let cancel: () => void;
  const tick = (): void => {
    onEvent(nextLifeEvent(world, number++));
    cancel = clock.after(everyMs, tick);
  };
  cancel = clock.after(everyMs, tick);
  return () => cancel();
}
