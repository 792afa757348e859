/** Who holds which app role, from the assignments and group members as last read. */
import type { Assignment } from '../../model/Assignment';
import { digest } from '../../model/hash';
import type { Grant } from '../../rules/grantsInWords';

export class SourceSnapshot {
  readonly #rolesOfPrincipal = new Map<string, string[]>();
  readonly #groupsOf = new Map<string, string[]>();
  readonly #directUsers = new Set<string>();
  readonly groupIds: readonly string[];
  readonly assignmentsDigest: string;

  readonly #assignedGroups: ReadonlySet<string>;

  /** @param groups pages of members; a group comes more than once when it has several */
  static async of(
    assignments: readonly Assignment[],
    groups: AsyncIterable<{ readonly id: string; readonly members: readonly string[] }>,
  ): Promise<SourceSnapshot> {
    const snapshot = new SourceSnapshot(assignments);
    for await (const { id, members } of groups) snapshot.#add(id, members);
    return snapshot;
  }

  private constructor(assignments: readonly Assignment[]) {
    this.assignmentsDigest = assignmentsDigest(assignments);
    const groupIds = new Set<string>();
    for (const { principalId, principalType, appRoleId } of assignments) {
      const roles = this.#rolesOfPrincipal.get(principalId);
      if (roles === undefined) this.#rolesOfPrincipal.set(principalId, [appRoleId]);
      else if (!roles.includes(appRoleId)) roles.push(appRoleId);
      if (principalType === 'Group') groupIds.add(principalId);
      else this.#directUsers.add(principalId);
    }
    this.groupIds = [...groupIds].sort();
    this.#assignedGroups = groupIds;
  }

  #add(groupId: string, members: readonly string[]): void {
    if (!this.#assignedGroups.has(groupId)) return;
    for (const id of members) {
      const own = this.#groupsOf.get(id);
      if (own === undefined) this.#groupsOf.set(id, [groupId]);
      else if (!own.includes(groupId)) own.push(groupId);
    }
  }

  isAssignedGroup(groupId: string): boolean {
    return this.#assignedGroups.has(groupId);
  }

  get directUsers(): ReadonlySet<string> {
    return this.#directUsers;
  }

  isAssigned(personId: string): boolean {
    return this.#directUsers.has(personId) || this.#groupsOf.has(personId);
  }

  isInGroup(personId: string): boolean {
    return this.#groupsOf.has(personId);
  }

  /** The role ids of a person, each once: a person with several gets the union of what they give. */
  roleIdsOf(personId: string): string[] {
    const principals = [
      ...(this.#directUsers.has(personId) ? [personId] : []),
      ...(this.#groupsOf.get(personId) ?? []),
    ];
    return [...new Set(principals.flatMap((principal) => this.#rolesOfPrincipal.get(principal) ?? []))];
  }

  /** Each way by which the person is assigned, with the roles it gives. */
  grantsOf(personId: string): Grant[] {
    return this.viaOf(personId).map((via) => ({
      via,
      roleIds: this.#rolesOfPrincipal.get(via === 'direct' ? personId : via) ?? [],
    }));
  }

  /** Through what the person is assigned: group ids, or "direct". */
  viaOf(personId: string): string[] {
    return [...(this.#directUsers.has(personId) ? ['direct'] : []), ...(this.#groupsOf.get(personId) ?? [])];
  }
}

/** The same for the same assignments in any order. */
export const assignmentsDigest = (assignments: readonly Assignment[]): string =>
  digest(assignments.map(({ principalId, appRoleId }) => `${principalId}/${appRoleId}`).sort());
