/**
 * The certificate of a list of assignments (I05): complete by its links it is anyhow; here its length is compared with
 * Graph's own count, which another index answers, or where Graph does not tell, with the last list that was believed.
 * Pure. That the app is the same one and switched on is asked before the list (PlanContext.readApp).
 */
import { z } from 'zod';

export const certificateSchema = z.object({
  /** Rows of the last list that was believed. */
  believed: z.number(),
  /** Since when (ms) lists are doubted; null while they are believed. */
  doubtSince: z.number().nullable(),
  /** Rows of the longest list since then, where Graph does not tell its count: only an admin can end such a doubt. */
  untold: z.number().nullable().default(null),
});
export type ListCertificate = Readonly<z.output<typeof certificateSchema>>;

/** A list as read. */
export interface ListSeen {
  /** Rows, those of no interest included. */
  readonly rows: number;
  /** What Graph counts; undefined when it does not tell. */
  readonly counted: number | undefined;
  /** When (ms) it was read. */
  readonly at: number;
}

/** A list that keeps less than this of what it held is not believed by itself. */
const PLAUSIBLE_SHARE = 0.5;

/** After this long (ms) a list that stays in doubt is acted on, but never without somebody's approval. */
export const ASKED_AFTER_MS = 24 * 3_600_000;

/** @param before of the last list; undefined before the first one, which nobody can lose anything by */
export function certifyList(before: ListCertificate | undefined, { rows, counted, at }: ListSeen): ListCertificate {
  const isDoubted =
    counted === undefined ? before !== undefined && rows < before.believed * PLAUSIBLE_SHARE : counted > rows;
  if (!isDoubted) return { believed: rows, doubtSince: null, untold: null };
  return {
    believed: before?.believed ?? counted ?? 0,
    doubtSince: before?.doubtSince ?? at,
    untold: counted === undefined ? Math.max(rows, before?.untold ?? 0) : null,
  };
}

/**
 * An admin has approved removals that rest on the list. A list that became so short for good, as when a group took the place of
 * most people, is believed from then on; what Graph's count contradicts stays in doubt.
 * @param plannedAt when (ms) their plan was made: one from before the doubt let anybody be absent says nothing of the list
 */
export const approvedList = (certificate: ListCertificate, plannedAt: number): ListCertificate =>
  certificate.untold === null || !mayShowAbsence(certificate, plannedAt)
    ? certificate
    : { believed: certificate.untold, doubtSince: null, untold: null };

/** Whether people may be taken for absent by the list; after a day of doubt they may, for an admin to decide. */
export const mayShowAbsence = ({ doubtSince }: ListCertificate, nowMs: number): boolean =>
  doubtSince === null || nowMs - doubtSince >= ASKED_AFTER_MS;
