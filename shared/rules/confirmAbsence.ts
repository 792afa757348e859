/**
 * Absence needs proof (I05): whoever seems to have lost the last role, or one of several, keeps what the role gave until
 * a read that is younger by Graph's lag says the same (graph-source.md 1.3), and the list it rests on can be believed.
 */
import type { Link } from '../model/Link';
import type { Reason } from '../model/Reason';
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
  /** The list of assignments has its certificate, or has been doubted for so long that an admin is asked about removals. */
  readonly isListCertified: boolean;
  /** It is in doubt, or that of a group's members, however long: of one of several roles nobody is asked. */
  readonly isListDoubted: boolean;
}

export interface Absence {
  /** A second read agreed: what seems lost is lost. */
  readonly isConfirmed: boolean;
  /** The person seems to have lost everything, and this is why it does not count yet; null when there is no such doubt. */
  readonly doubt: Reason | null;
  /** Licences to keep while the loss of their role is in doubt. */
  readonly keptLicenseKeys: readonly string[];
}

/** @param confirmationMs how much younger the second read must be, in ms */
export function confirmAbsence(facts: AbsenceFacts, entitlements: Entitlements, confirmationMs: number): Absence {
  const { link, roleIds, absentSince } = facts;
  const isConfirmed = absentSince !== null && facts.factsAt - absentSince >= confirmationMs;
  if (link?.state !== 'active') return { isConfirmed, doubt: null, keptLicenseKeys: [] };
  const now = entitlements.of(roleIds);
  const renamed = entitlements.perhapsRenamed(roleIds);
  if (facts.isHardDeleted)
    return { isConfirmed, doubt: isConfirmed ? null : 'AbsenceUnconfirmed', keptLicenseKeys: [] };
  const ofList: Reason | null = !facts.isListCertified ? 'ListUncertified' : isConfirmed ? null : 'AbsenceUnconfirmed';
  if (!now.entitled) return { isConfirmed, doubt: renamed.length > 0 ? 'RoleRenamed' : ofList, keptLicenseKeys: [] };
  const ofPart: Reason | null = facts.isListDoubted ? 'ListUncertified' : ofList;
  const lost = entitlements.of(link.roleIds.filter((id) => !roleIds.includes(id)));
  const inDoubt = [...(lost.entitled && ofPart !== null ? lost.licenseKeys : []), ...renamed];
  const keptLicenseKeys = [...new Set(inDoubt)].filter(
    (key) => !now.licenseKeys.includes(key) && link.applied.licenseKeys.includes(key),
  );
  return { isConfirmed, doubt: null, keptLicenseKeys };
}
