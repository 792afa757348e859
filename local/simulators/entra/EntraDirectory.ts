/** The people, groups and assignments of the simulated tenant, with a journal that delta queries read. */
import { randomUUID } from 'node:crypto';
import type { StackClock } from '../../clock/StackClock';
import { History } from '../http/History';

export interface EntraUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly mail: string | null;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly preferredLanguage: string | null;
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest';
  readonly department: string | null;
  readonly country: string | null;
  readonly proxyAddresses: readonly string[];
  readonly onPremisesExtensionAttributes: Readonly<Record<string, string | null>>;
}

export type UserState = EntraUser | 'softDeleted' | 'hardDeleted';

export interface EntraGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members: ReadonlyMap<string, 'user' | 'group'>;
}

export interface EntraAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: 'User' | 'Group' | 'ServicePrincipal';
  readonly appRoleId: string;
  readonly createdDateTime: string;
}

export interface EntraAppRole {
  readonly id: string;
  readonly displayName: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
}

export type JournalEntry =
  | { readonly at: number; readonly kind: 'user'; readonly id: string }
  /** The group itself: its name. */
  | { readonly at: number; readonly kind: 'group'; readonly id: string }
  | {
      readonly at: number;
      readonly kind: 'member';
      readonly id: string;
      readonly memberId: string;
      readonly memberKind: 'user' | 'group';
      readonly joined: boolean;
    };

/** The role ids that instantiated gallery apps show (entra-provisioning.md 1.5). */
export const USER_ROLE_ID = '18d14569-c3bd-439b-9a66-3a2aee01d14f';
export const ORGANIZER_ROLE_ID = 'b9632174-c057-4f7e-951b-be3adc52bfe6';

export class EntraDirectory {
  readonly users = new Map<string, History<UserState>>();
  readonly groups = new Map<string, History<EntraGroup>>();
  readonly journal: JournalEntry[] = [];
  #assignments: History<readonly EntraAssignment[]>;
  readonly app: { id: string; appId: string; displayName: string; accountEnabled: boolean; appRoles: EntraAppRole[] };

  constructor(readonly clock: StackClock) {
    this.#assignments = new History<readonly EntraAssignment[]>(Number.NEGATIVE_INFINITY, []);
    this.app = {
      id: '8e881353-1735-45af-af21-ee1344582a4d',
      appId: '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22',
      displayName: 'GoToMeeting',
      accountEnabled: true,
      appRoles: [
        { id: USER_ROLE_ID, displayName: 'User', value: null, isEnabled: true },
        { id: ORGANIZER_ROLE_ID, displayName: 'Webinar Organizer', value: 'webinar', isEnabled: true },
      ],
    };
  }

  user(id: string): EntraUser {
    const state = this.users.get(id)?.latest;
    if (state === undefined || typeof state === 'string') throw new RangeError(`no user ${id}`);
    return state;
  }

  addUser(user: EntraUser): EntraUser {
    this.users.set(user.id, new History<UserState>(this.clock.now(), user));
    this.#note({ kind: 'user', id: user.id });
    return user;
  }

  changeUser(id: string, changes: Partial<Omit<EntraUser, 'id'>>): void {
    this.#setUser(id, { ...this.user(id), ...changes });
  }

  deleteUser(id: string): EntraUser {
    const user = this.user(id);
    this.#setUser(id, 'softDeleted');
    return user;
  }

  restoreUser(user: EntraUser): void {
    this.#setUser(user.id, user);
  }

  purgeUser(id: string): void {
    this.#setUser(id, 'hardDeleted');
  }

  #setUser(id: string, state: UserState): void {
    this.users.get(id)?.set(this.clock.now(), state);
    this.#note({ kind: 'user', id });
  }

  addGroup(displayName: string, id: string = randomUUID()): EntraGroup {
    const group: EntraGroup = { id, displayName, members: new Map() };
    this.groups.set(id, new History(this.clock.now(), group));
    return group;
  }

  renameGroup(groupId: string, displayName: string): void {
    const history = this.groups.get(groupId);
    if (history === undefined) throw new RangeError(`no group ${groupId}`);
    history.set(this.clock.now(), { ...history.latest, displayName });
    this.#note({ kind: 'group', id: groupId });
  }

  addMember(groupId: string, memberId: string, memberKind: 'user' | 'group' = 'user'): void {
    this.addMembers(groupId, [memberId], memberKind);
  }

  addMembers(groupId: string, memberIds: Iterable<string>, memberKind: 'user' | 'group' = 'user'): void {
    const history = this.groups.get(groupId);
    if (history === undefined) throw new RangeError(`no group ${groupId}`);
    const members = new Map(history.latest.members);
    for (const memberId of memberIds) {
      members.set(memberId, memberKind);
      this.#note({ kind: 'member', id: groupId, memberId, memberKind, joined: true });
    }
    history.set(this.clock.now(), { ...history.latest, members });
  }

  removeMember(groupId: string, memberId: string): void {
    const history = this.groups.get(groupId);
    if (history === undefined) throw new RangeError(`no group ${groupId}`);
    const members = new Map(history.latest.members);
    const memberKind = members.get(memberId) ?? 'user';
    members.delete(memberId);
    history.set(this.clock.now(), { ...history.latest, members });
    this.#note({ kind: 'member', id: groupId, memberId, memberKind, joined: false });
  }

  assign(principalId: string, principalType: EntraAssignment['principalType'], appRoleId: string = USER_ROLE_ID): void {
    this.assignMany([{ id: principalId, type: principalType }], appRoleId);
  }

  assignMany(
    principals: readonly { readonly id: string; readonly type: EntraAssignment['principalType'] }[],
    appRoleId: string = USER_ROLE_ID,
  ): void {
    const more = principals.map(({ id, type }): EntraAssignment => ({
      id: randomUUID().replaceAll('-', ''),
      principalId: id,
      principalType: type,
      appRoleId,
      createdDateTime: new Date(this.clock.now()).toISOString(),
    }));
    this.#assignments.set(this.clock.now(), [...this.#assignments.latest, ...more]);
  }

  unassign(principalId: string): void {
    this.#assignments.set(
      this.clock.now(),
      this.#assignments.latest.filter((one) => one.principalId !== principalId),
    );
  }

  assignmentsAt(moment: number): readonly EntraAssignment[] {
    return this.#assignments.at(moment) ?? [];
  }

  #note(
    entry:
      | { kind: 'user'; id: string }
      | { kind: 'group'; id: string }
      | { kind: 'member'; id: string; memberId: string; memberKind: 'user' | 'group'; joined: boolean },
  ): void {
    this.journal.push({ at: this.clock.now(), ...entry });
  }

  /**
   * Ids of people who should have an account: the oracle of tests, computed without the connector.
   * @param expandsNested whether groups in assigned groups count
   */
  entitledIds(
    roleIds: ReadonlySet<string> = new Set([USER_ROLE_ID, ORGANIZER_ROLE_ID]),
    expandsNested = false,
  ): Set<string> {
    const entitled = new Set<string>();
    const seen = new Set<string>();
    const add = (id: string): void => {
      const state = this.users.get(id)?.latest;
      if (state !== undefined && typeof state !== 'string' && state.accountEnabled) entitled.add(id);
    };
    const addMembers = (groupId: string): void => {
      if (seen.has(groupId)) return;
      seen.add(groupId);
      for (const [memberId, kind] of this.groups.get(groupId)?.latest.members ?? []) {
        if (kind === 'user') add(memberId);
        else if (expandsNested) addMembers(memberId);
      }
    };
    for (const { principalId, principalType, appRoleId } of this.#assignments.latest) {
      if (!roleIds.has(appRoleId)) continue;
      if (principalType === 'User') add(principalId);
      addMembers(principalId);
    }
    return entitled;
  }
}
