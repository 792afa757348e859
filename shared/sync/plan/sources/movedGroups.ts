/**
 * Groups that come to a group or leave it, where nested groups count: everybody below them is looked at again. Marked
 * before the image says so (docs/protocol.md R1).
 */
import { inParallel } from '../../../concurrency/inParallel';
import type { GroupMembers } from '../../../store/ImageTable';
import type { PlanContext } from '../PlanContext';

const PARALLEL_READS = 16;

/** Everybody in these groups, and in the groups in them, as the image knows them. */
export async function peopleBelow(context: PlanContext, groupIds: Iterable<string>): Promise<Set<string>> {
  const people = new Set<string>();
  const all = (await context.nesting()).below(groupIds);
  await inParallel([...all], PARALLEL_READS, async (id) => {
    for (const person of (await context.engine.store.image.members(id))?.users ?? []) people.add(person);
  });
  return people;
}

/**
 * @param readAt in ms, before the request left
 * @returns how many groups count from now on and are to be read
 */
export async function markMovedGroups(
  context: PlanContext,
  moved: { readonly joined: Iterable<string>; readonly left: Iterable<string> },
  readAt: number,
): Promise<number> {
  const { dirty, image } = context.engine.store;
  const [joined, left] = [[...moved.joined], [...moved.left]];
  if (joined.length + left.length === 0) return 0;
  const counted = await context.groupIds();
  const added = joined.filter((id) => !counted.has(id));
  const known = joined.filter((id) => counted.has(id));
  await dirty.mark(await peopleBelow(context, [...known, ...left]), readAt, 'nested group');
  // What is left of a time when it counted is no image: deltas passed it by since.
  await inParallel(added, PARALLEL_READS, (id) => image.forget(id));
  await dirty.markGroups(added, readAt, 'nested group');
  return added.length;
}

/** Forgets the groups that do not count any more. */
export async function forgetUncounted(context: PlanContext): Promise<void> {
  const { image } = context.engine.store;
  const counted = await context.groupIds();
  const forgotten: string[] = [];
  for await (const { id } of image.heads()) if (!counted.has(id)) forgotten.push(id);
  await inParallel(forgotten, PARALLEL_READS, (id) => image.forget(id));
  if (forgotten.length > 0) context.imageChanged();
}

/** Who is in one of two lists of members and not in the other. */
export function movedBetween(
  before: GroupMembers | undefined,
  after: GroupMembers,
): { readonly users: string[]; readonly joinedGroups: string[]; readonly leftGroups: string[] } {
  const missingIn = (these: ReadonlySet<string> | undefined, those: ReadonlySet<string> | undefined): string[] =>
    [...(these ?? [])].filter((id) => those?.has(id) !== true);
  return {
    users: [...missingIn(after.users, before?.users), ...missingIn(before?.users, after.users)],
    joinedGroups: missingIn(after.groups, before?.groups),
    leftGroups: missingIn(before?.groups, after.groups),
  };
}
