import type { Assignment, EnterpriseApp } from '../../../model/Assignment';
import { certifyList } from '../../../rules/certifyList';
import type { CyclePlace } from '../../cycle/CyclePlace';
import type { PlanContext } from '../PlanContext';

/**
 * The complete list of assignments. One that has become shorter, or was in doubt before, is compared with Graph's own
 * count; while the two disagree nobody is absent by it (I05).
 */
export async function readCertifiedList(
  context: PlanContext,
  place: CyclePlace,
  app: EnterpriseApp,
): Promise<readonly Assignment[]> {
  const { entra, clock, telemetry } = context.engine;
  const at = clock.now();
  const { assignments, rows } = await entra.listAssignments(app.id);
  const before = context.certificate;
  if (before?.doubtSince === null && rows === before.believed) return assignments;
  const isSuspect = before !== undefined && (before.doubtSince !== null || rows < before.believed);
  const counted = isSuspect ? await entra.countAssignments(app.id) : rows;
  const certificate = certifyList(before, { rows, counted, at });
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
