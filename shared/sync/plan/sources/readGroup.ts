import type { Person } from '../../../model/Person';
import { textOf } from '../../../model/Person';
import type { SourceRead } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';

/** Where the reading of one group stands. */
export type GroupRead =
  /** Missing, or without members: doubt, not a fact, while the group is assigned (docs/protocol.md R4). Nothing was stored. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'more'; readonly link: string; readonly pages: number }
  /** Complete: its members lie in so many pages of the image under the read's generation. */
  | { readonly kind: 'read'; readonly pages: number };

/** The name under which a cycle's reads of members are stored until they are complete. */
export const generationOf = (cycleId: string, resyncs: number): string => `r-${cycleId}-${resyncs}`;

/**
 * Reads the direct members of a group from `link` on, as many pages as fit the slice, and stores membership, and with the slice's end the people.
 * Done again after a crash, the read may find the image switched to its own generation: a page without members is not
 * stored, so that an empty answer leaves what is known untouched.
 * @param start where an earlier slice stopped
 */
export async function readGroup(
  context: PlanContext,
  read: { readonly cycleId: string; readonly generation: string; readonly groupId: string },
  start: { readonly link: string | null; readonly pages: number },
): Promise<GroupRead> {
  const { entra, store, clock, timing } = context.engine;
  let { link, pages } = start;
  let count = 0;
  do {
    count += 1;
    const readAt = clock.now();
    const page = await entra.listMembersPage(link === null ? { groupId: read.groupId } : link);
    if (page === 'missing') return { kind: 'nobody' };
    const groups = context.policy.expandNestedGroups ? page.groupIds : [];
    await context.read.add(page.people.map((person) => [person.id, readOf(person, readAt, read.cycleId)] as const));
    if (page.people.length + groups.length > 0) {
      const users = page.people.map((person) => person.id);
      await store.image.addPage(read.groupId, read.generation, pages, { users, groups });
      pages += 1;
    }
    if (page.next === null) return pages === 0 ? { kind: 'nobody' } : { kind: 'read', pages };
    link = page.next;
  } while (count < timing.pagesPerSlice && !context.isTimeUp());
  return { kind: 'more', link, pages };
}

/** A person as read from Entra in a cycle. @param readAt in ms, before the request left */
export const readOf = (person: Person, readAt: number, cycleId: string): SourceRead => ({
  displayName: textOf(person, 'displayName') ?? '',
  attributes: person.attributes,
  deleted: 'no',
  readAt,
  readIn: cycleId,
});
