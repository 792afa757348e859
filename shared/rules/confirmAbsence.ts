/**
 * Absence needs two reads that agree (I05): whoever seems to have lost the last role, or one of several, keeps what the
 * role gave until a read that is younger by Graph's lag says the same (graph-source.md 1.3).
 */
import type { Link } from '../model/Link';
import type { Entitlements } from './Entitlements';

/** What is known of a person who may have left. */
export interface AbsenceFacts {
  readonly link: Link | null;
  readonly isHardDeleted: boolean;
  readonly roleIds: readonly string[];
  /** Since when (ms) an absence is suspected; null when it is not. */
  readonly absentSince: number | null;
  /** When (ms) the present facts were read. */
  readonly factsAt: number;
}

export interface Absence {
  /** A second read agreed: what seems lost is lost. */
  readonly isConfirmed: boolean;
  /** The person seems to have lost everything, and nobody has confirmed it. */
  readonly isUnconfirmed: boolean;
  /** Licences to keep while the loss of their role is unconfirmed. */
  readonly keptLicenseKeys: readonly string[];
}

/** @param confirmationMs how much younger the second read must be, in ms */
export function confirmAbsence(facts: AbsenceFacts, entitlements: Entitlements, confirmationMs: number): Absence {
  const { link, roleIds, absentSince } = facts;
  const isConfirmed = absentSince !== null && facts.factsAt - absentSince >= confirmationMs;
  if (link?.state !== 'active') return { isConfirmed, isUnconfirmed: false, keptLicenseKeys: [] };
  const now = entitlements.of(roleIds);
  const isGone = facts.isHardDeleted || !now.entitled;
  if (isGone) return { isConfirmed, isUnconfirmed: !isConfirmed, keptLicenseKeys: [] };
  const lost = entitlements.of(link.roleIds.filter((id) => !roleIds.includes(id)));
  const keptLicenseKeys =
    lost.entitled && !isConfirmed
      ? lost.licenseKeys.filter((key) => !now.licenseKeys.includes(key) && link.applied.licenseKeys.includes(key))
      : [];
  return { isConfirmed, isUnconfirmed: false, keptLicenseKeys };
}
