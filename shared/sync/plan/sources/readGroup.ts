import type { Person } from '../../../model/Person';
import { textOf } from '../../../model/Person';
import type { SourceRead } from '../../../store/PeopleTable';
import type { PlanContext } from '../PlanContext';

/** Where the reading of one group stands. */
export type GroupRead =
  | { readonly kind: 'missing' }
  | { readonly kind: 'more'; readonly link: string; readonly pages: number }
  /** Complete: its members lie in the image under the read's generation. */
  | { readonly kind: 'read'; readonly isEmpty: boolean };

/** The name under which a cycle's reads of members are stored until they are complete. */
export const generationOf = (cycleId: string, resyncs: number): string => `r-${cycleId}-${resyncs}`;

/**
 * Reads the direct members of a group from `link` on, at most `limit` pages, and stores membership, and with the slice's end the people.
 * @param start where an earlier slice stopped
 */
export async function readGroup(
  context: PlanContext,
  read: { readonly cycleId: string; readonly generation: string; readonly groupId: string },
  start: { readonly link: string | null; readonly pages: number },
): Promise<GroupRead> {
  const { entra, store, clock, timing } = context.engine;
  let { link, pages } = start;
  let members = 0;
  for (let count = 0; count < timing.pagesPerSlice; count += 1) {
    const readAt = clock.now();
    const page = await entra.listMembersPage(link === null ? { groupId: read.groupId } : link);
    if (page === 'missing') return { kind: 'missing' };
    await context.read.add(page.people.map((person) => [person.id, readOf(person, readAt, read.cycleId)] as const));
    await store.image.addPage(
      read.groupId,
      read.generation,
      pages,
      page.people.map((person) => person.id),
    );
    members += page.people.length;
    pages += 1;
    if (page.next === null) return { kind: 'read', isEmpty: members === 0 && start.pages === 0 };
    link = page.next;
  }
  return { kind: 'more', link: link ?? '', pages };
}

/** A person as read from Entra in a cycle. @param readAt in ms, before the request left */
export const readOf = (person: Person, readAt: number, cycleId: string): SourceRead => ({
  displayName: textOf(person, 'displayName') ?? '',
  attributes: person.attributes,
  deleted: 'no',
  readAt,
  readIn: cycleId,
});

/** Who is in one of two lists of members and not in the other. */
export const movedBetween = (before: ReadonlySet<string> = new Set(), after: ReadonlySet<string>): string[] => [
  ...[...after].filter((id) => !before.has(id)),
  ...[...before].filter((id) => !after.has(id)),
];
