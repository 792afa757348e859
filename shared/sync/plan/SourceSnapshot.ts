/** Who holds which app role, from the assignments and group members as last read. */
import type { Assignment } from '../../model/Assignment';
import { digest } from '../../model/hash';
import { shortestPaths, type GroupNesting } from '../../rules/GroupNesting';
import type { Grant } from '../../rules/grantsInWords';

export class SourceSnapshot {
  /** The roles of a principal, each with the moment (ms) since when. */
  readonly #rolesOfPrincipal = new Map<string, Map<string, number | null>>();
  /** Groups of which people are direct members. */
  readonly #groupsOf = new Map<string, string[]>();
  readonly #directUsers = new Set<string>();
  readonly #assignedGroups = new Set<string>();
  readonly assignmentsDigest: string;

  private constructor(
    assignments: readonly Assignment[],
    readonly nesting: GroupNesting,
    /** Assigned groups, and where nested ones count, every group in them: whose members give access. */
    readonly groupIds: ReadonlySet<string>,
  ) {
    this.assignmentsDigest = assignmentsDigest(assignments);
    for (const { principalId, principalType, appRoleId, since } of assignments) {
      const roles = this.#rolesOfPrincipal.get(principalId);
      if (roles === undefined) this.#rolesOfPrincipal.set(principalId, new Map([[appRoleId, since]]));
      else if (!roles.has(appRoleId)) roles.set(appRoleId, since);
      if (principalType === 'Group') this.#assignedGroups.add(principalId);
      else this.#directUsers.add(principalId);
    }
  }

  /**
   * @param nesting groups in groups, as far as they count
   * @param groups pages of users; a group comes more than once when it has several
   */
  static async of(
    assignments: readonly Assignment[],
    nesting: GroupNesting,
    groups: AsyncIterable<{ readonly id: string; readonly users: readonly string[] }>,
  ): Promise<SourceSnapshot> {
    const snapshot = new SourceSnapshot(assignments, nesting, nesting.below(assignedGroupsIn(assignments)));
    for await (const { id, users } of groups) snapshot.#add(id, users);
    return snapshot;
  }

  #add(groupId: string, users: readonly string[]): void {
    if (!this.groupIds.has(groupId)) return;
    for (const id of users) {
      const own = this.#groupsOf.get(id);
      if (own === undefined) this.#groupsOf.set(id, [groupId]);
      else if (!own.includes(groupId)) own.push(groupId);
    }
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
    return [...new Set(this.grantsOf(personId).flatMap((grant) => grant.roleIds))];
  }

  /** Each way by which the person is assigned, with the roles it gives: one for each assigned group, the shortest. */
  grantsOf(personId: string): Grant[] {
    const direct = this.#directUsers.has(personId) ? [this.#grant(personId, 'direct', [])] : [];
    const paths = shortestPaths(this.nesting, this.#assignedGroups, this.withinOf(personId));
    return [...direct, ...[...paths].map(([via, path]) => this.#grant(via, via, path))];
  }

  #grant(principalId: string, via: string, path: readonly string[]): Grant {
    const assignedAt = this.#rolesOfPrincipal.get(principalId) ?? new Map<string, number | null>();
    return { via, path, roleIds: [...assignedAt.keys()], assignedAt };
  }

  /** Through what the person is assigned: ids of assigned groups, or "direct". */
  viaOf(personId: string): string[] {
    return this.grantsOf(personId).map((grant) => grant.via);
  }

  /** Groups of which the person is a direct member, and whose members have access. */
  withinOf(personId: string): readonly string[] {
    return this.#groupsOf.get(personId) ?? [];
  }
}

/** Ids of the groups that are assigned, each once. */
export const assignedGroupsIn = (assignments: readonly Assignment[]): Set<string> =>
  new Set(assignments.filter((one) => one.principalType === 'Group').map((one) => one.principalId));

/** The same for the same assignments in any order; one that was taken back and made anew is another. */
export const assignmentsDigest = (assignments: readonly Assignment[]): string =>
  digest(assignments.map(({ principalId, appRoleId, since }) => `${principalId}/${appRoleId}/${since ?? ''}`).sort());
