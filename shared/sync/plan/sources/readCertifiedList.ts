import type { Assignment, EnterpriseApp } from '../../../model/Assignment';
import { certifyList } from '../../../rules/certifyList';
import type { AssignmentsPage } from '../../../entra/EntraSource';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';
import { generationOf } from './readGroup';

/**
 * The complete list of assignments, a slice at a time. One that has become shorter, or was in doubt before, is compared with
 * Graph's own count; while the two disagree nobody is absent by it (I05).
 * @returns `more` when the slice ended before the list
 */
export async function readCertifiedList(
  context: PlanContext,
  place: CyclePlace,
  app: EnterpriseApp,
): Promise<readonly Assignment[] | 'more'> {
  const { entra, clock, telemetry } = context.engine;
  const at = clock.now();
  const list = await readSlice(context, place, app);
  if (list === 'more') return 'more';
  const { assignments } = list;
  const rows = rowsOnce(list);
  const before = context.certificate;
  if (before?.doubtSince === null && rows === before.believed) return assignments;
  const isSuspect = before !== undefined && (before.doubtSince !== null || rows < before.believed);
  const counted = isSuspect ? await entra.countAssignments(app.id) : rows;
  const certificate = certifyList(before, { rows, counted, at });
  // By an older one, which a planner that has stalled may hold, a list that lies could be long enough.
  await context.claim(place);
  await context.certify(certificate);
  if (certificate.doubtSince !== null) {
    place.warn(
      `Entra's list of assignments has ${rows} rows, ${counted === undefined ? `and had ${certificate.believed}` : `but Graph counts ${counted}`}. ` +
        'Nobody loses access by this list; it is read again in each cycle, and after a day an approval is asked for.',
    );
    telemetry.warn('assignments.doubted', { cycleId: place.cycle.id, rows, counted });
  }
  return assignments;
}

/** A list that fits one slice is not stored; of a longer one each page waits in the image's table for the last. */
async function readSlice(
  context: PlanContext,
  place: CyclePlace,
  app: EnterpriseApp,
): Promise<Pick<AssignmentsPage, 'assignments' | 'rows'> | 'more'> {
  const { entra, store, timing } = context.engine;
  const { cursor, id } = place.cycle;
  const generation = generationOf(id, cursor.resyncs);
  const read: AssignmentsPage[] = [];
  let { link } = cursor;
  do {
    const page = await entra.listAssignmentsPage(link ?? { servicePrincipalId: app.id });
    read.push(page);
    link = page.next;
  } while (link !== null && read.length < timing.pagesPerSlice && !context.isTimeUp());
  if (link === null && cursor.pages === 0) return joined(read);
  for (const [index, page] of read.entries()) await store.image.listPage(generation, cursor.pages + index, page);
  const pages = cursor.pages + read.length;
  place.move({ cursor: { ...cursor, link, pages } });
  return link === null ? joined(await store.image.listedPages(generation, pages)) : 'more';
}

const joined = (
  pages: readonly Pick<AssignmentsPage, 'assignments' | 'rows'>[],
): Pick<AssignmentsPage, 'assignments' | 'rows'> => ({
  assignments: pages.flatMap((page) => page.assignments),
  rows: pages.reduce((sum, page) => sum + page.rows, 0),
});

/**
 * How long a list is, each assignment counted once: one that comes twice, because a page did, hides one that is missing.
 */
export function rowsOnce({ assignments, rows }: Pick<AssignmentsPage, 'assignments' | 'rows'>): number {
  const distinct = new Set(assignments.map(({ principalId, appRoleId }) => `${principalId}/${appRoleId}`));
  return rows - assignments.length + distinct.size;
}
