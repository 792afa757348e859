/** What the slices of one message share, read once: mapping, the job's rows, who is assigned, GoTo's list. */
import type { EnterpriseApp } from '../../model/Assignment';
import { AccountIndex } from '../../goto/AccountIndex';
import { STAGE } from '../../model/Chunk';
import type { LogEntry } from '../../model/LogEntry';
import { sourceAttribute } from '../../model/SourceAttribute';
import type { Cycle } from '../../model/Cycle';
import { ConnectorError } from '../../model/ConnectorError';
import { mayShowAbsence, type ListCertificate } from '../../rules/certifyList';
import { Entitlements } from '../../rules/Entitlements';
import type { SourceName } from '../../store/GroupsTable';
import { groupId, groupName, type GotoGroup, type ManagedGroup } from '../../model/ManagedGroup';
import { groupOf } from '../../rules/groupOf';
import type { Grant } from '../../rules/grantsInWords';
import type { PersonFacts } from '../../rules/judge';
import type { GroupNesting } from '../../rules/GroupNesting';
import type { CyclePolicy } from '../../rules/Policy';
import type { StoredMark } from '../../store/DirtyTable';
import type { StoredRow } from '../../store/Table';
import { bucketIndexOf } from '../../store/PeopleTable';
import { AssignmentsCertificate } from '../../store/state/AssignmentsCertificate';
import { KnownAccount } from '../../store/state/KnownAccount';
import { KnownApp } from '../../store/state/KnownApp';
import type { StoredWatermark } from '../../store/state/Watermark';
import { Watermark } from '../../store/state/Watermark';
import type { CyclePlace } from '../cycle/CyclePlace';
import { judgesAsFull } from '../cycle/itineraries';
import { readersPacer } from '../cycle/readersPacer';
import { STOP_AGE_MS } from '../cycle/stopOfJob';
import type { Engine } from '../Engine';
import { mappingOf } from '../job/mappingOf';
import { nestingOf } from './nestingOf';
import { PeopleRead } from './sources/PeopleRead';
import { assignedGroupsIn, SourceSnapshot } from './SourceSnapshot';

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class PlanContext {
  readonly #app: EnterpriseApp | undefined;
  #protected: Promise<{ readonly members: ReadonlySet<string>; readonly noGroups: readonly string[] }> | undefined;
  #lostProtectors: Promise<readonly string[]> | undefined;
  #snapshot: Promise<SourceSnapshot> | undefined;
  #nesting: Promise<GroupNesting> | undefined;
  #groupIds: Promise<ReadonlySet<string>> | undefined;
  #userGroups: Promise<[Map<string, SourceName>, Map<string, ManagedGroup>]> | undefined;
  #accounts: Promise<AccountIndex> | undefined;
  #groupWrites: Promise<readonly LogEntry[]> | undefined;
  #gotoGroups: Promise<readonly GotoGroup[]> | undefined;
  #marks: Promise<ReadonlyMap<number, readonly StoredMark[]>> | undefined;
  #entitlements: Entitlements | undefined;
  /** What the slices of this message read of people. */
  readonly read: PeopleRead;
  readonly watermark: StoredWatermark | undefined;
  #knownApp: EnterpriseApp | undefined;
  #certificate: ListCertificate | undefined;

  readonly #openedAt: number;
  #job: { readonly rows: ReadonlyMap<string, StoredRow>; readonly at: number };

  readonly #groupNames = new Map<string, string>();

  private constructor(
    /** Reads just the attributes of the cycle's mapping. */
    readonly engine: Engine,
    readonly policy: CyclePolicy,
    readonly cycleId: string,
    /** A plan to be read: groups go by their names. */
    readonly isDry: boolean,
    /** An admin has named the plan: it may go over to another enterprise application, or GoTo account. */
    private readonly mayMove: boolean,
    job: { readonly rows: ReadonlyMap<string, StoredRow>; readonly at: number },
  ) {
    this.#job = job;
    this.#openedAt = job.at;
    this.watermark = Watermark.of(job.rows);
    this.#app = KnownApp.of(job.rows);
    this.#certificate = AssignmentsCertificate.of(job.rows);
    this.read = new PeopleRead(engine.store.people);
  }

  /** @throws ConnectorError ConfigurationInvalid when the cycle's mapping cannot be used */
  static async open(engine: Engine, cycle: Cycle): Promise<PlanContext> {
    const mapping = await mappingOf(engine, cycle.mappingVersion);
    const attributes = mapping.sourceAttributes.flatMap((name) => sourceAttribute(name) ?? []);
    const at = engine.clock.now();
    const rows = await engine.store.job.read();
    return new PlanContext(
      { ...engine, entra: engine.entra.selecting(attributes) },
      { ...engine.policy, mapping },
      cycle.id,
      cycle.dryRun,
      cycle.dryRun || (cycle.mode === 'apply' && judgesAsFull(cycle) && cycle.approvedAt === null),
      { rows, at },
    );
  }

  /**
   * Whether this message has worked long enough: a slice ends behind what it has in hand, and the next message goes on. What a
   * dry run has read lies in memory: it goes through in one message.
   */
  isTimeUp(): boolean {
    return !this.isDry && this.engine.clock.now() - this.#openedAt >= this.engine.timing.sliceMs;
  }

  /** Before what no etag guards is changed; a dry run changes nothing. @throws PlaceLost */
  async claim(place: CyclePlace): Promise<void> {
    if (!this.isDry) await place.claim();
  }

  /** The rows of the job, at most a second old: whether it is paused, and what waits for an approval. */
  async jobRows(): Promise<ReadonlyMap<string, StoredRow>> {
    const { clock, store } = this.engine;
    const at = clock.now();
    if (at - this.#job.at >= STOP_AGE_MS) this.#job = { rows: await store.job.read(), at };
    return this.#job.rows;
  }

  /** @throws ConnectorError ResyncRequired when it is not known: a full read follows */
  get app(): EnterpriseApp {
    const app = this.#knownApp ?? this.#app;
    if (app !== undefined) return app;
    throw new ConnectorError('The stored enterprise application is gone; a full read follows.', {
      code: 'ResyncRequired',
      sent: false,
      repeatable: false,
      scope: 'job',
    });
  }

  /**
   * Reads the app anew. Everybody looks unassigned to one that is missing or switched off, and to another one than that by
   * which they were assigned: then the cycle fails before anybody is judged (I05).
   * @throws ConnectorError ConfigurationInvalid
   */
  async readApp(): Promise<EnterpriseApp> {
    const app = await this.engine.entra.getEnterpriseApp();
    const known = this.#knownApp ?? this.#app;
    if (known !== undefined && known.id !== app.id && !this.mayMove) throw otherApp(known, app);
    await this.engine.store.app.put(app);
    this.#knownApp = app;
    this.#entitlements = undefined;
    return app;
  }

  /**
   * By another GoTo account everybody's account looks gone: all would be made anew there, and the former left open as nobody's.
   * @throws ConnectorError ConfigurationInvalid when the settings name another one than that of the ties
   */
  checkAccount(): void {
    const { accountKey } = this.engine.accounts;
    const known = KnownAccount.of(this.#job.rows);
    if (known !== undefined && known !== accountKey && !this.mayMove) throw otherAccount(known, accountKey);
  }

  /** From now on people may be tied to accounts of the GoTo account that the settings name. */
  async keepAccount(): Promise<void> {
    const { accounts, store } = this.engine;
    if (KnownAccount.of(this.#job.rows) !== accounts.accountKey) await store.account.put(accounts.accountKey);
  }

  /** The app, read in this message. @throws ConnectorError as `readApp` */
  async appReadNow(): Promise<EnterpriseApp> {
    return this.#knownApp ?? this.readApp();
  }

  /** Of the last list of assignments; undefined before the first one. */
  get certificate(): ListCertificate | undefined {
    return this.#certificate;
  }

  async certify(certificate: ListCertificate): Promise<void> {
    await this.engine.store.certificate.put(certificate);
    this.#certificate = certificate;
  }

  /** Whether people may be taken for absent by the list of assignments. */
  get isListCertified(): boolean {
    return this.#certificate === undefined || mayShowAbsence(this.#certificate, this.engine.clock.now());
  }

  /** While the list of assignments is in doubt, whoever is in a user group of GoTo stays there: what leads elsewhere may be missing. */
  get isListDoubted(): boolean {
    return this.#certificate !== undefined && this.#certificate.doubtSince !== null;
  }

  /** What app roles give. @throws ConnectorError ResyncRequired when the app is not known */
  get entitlements(): Entitlements {
    this.#entitlements ??= new Entitlements(
      this.policy.roleEntitlements,
      this.app.appRoles,
      this.policy.provisionDefaultAccess,
    );
    return this.#entitlements;
  }

  /** Who holds which role, from the image; read again after `imageChanged`. */
  snapshot(): Promise<SourceSnapshot> {
    this.#snapshot ??= (async () => {
      const { image } = this.engine.store;
      return SourceSnapshot.of(await image.assignments(), await this.nesting(), image.groups());
    })();
    return this.#snapshot;
  }

  /** Which group is in which, from the image; nothing where nested groups do not count. Read again after `imageChanged`. */
  nesting(): Promise<GroupNesting> {
    this.#nesting ??= nestingOf(this.engine.store, this.policy);
    return this.#nesting;
  }

  /** Groups whose members have access: the assigned ones, and where nested ones count, every group in them. */
  groupIds(): Promise<ReadonlySet<string>> {
    this.#groupIds ??= (async () =>
      (await this.nesting()).below(assignedGroupsIn(await this.engine.store.image.assignments())))();
    return this.#groupIds;
  }

  /** A person's user group by these ways, its key as far as it is known; undefined where groups are left alone. */
  async userGroups(): Promise<(grants: readonly Grant[]) => PersonFacts['group']> {
    if (!this.policy.provisionGroups) return () => undefined;
    const { groups } = this.engine.store;
    this.#userGroups ??= Promise.all([groups.names(), groups.all()]);
    const [names, managed] = await this.#userGroups;
    const renamed = new Map(
      [...names.values()].flatMap(({ name, renamedKey }) => (renamedKey === null ? [] : [[groupId(name), renamedKey]])),
    );
    return (grants) => {
      const name = groupOf(grants, this.entitlements, (id) => names.get(id)?.name);
      if (name === undefined || groupName(name) === '') return undefined;
      const group = managed.get(groupId(name));
      const key = group?.key ?? null;
      // One that an undo took away is not waited for: whoever wants it stays where they are.
      if (key === null && group?.hold?.isOver === false) return undefined;
      return { name: groupName(name), key: key ?? renamed.get(groupId(name)) ?? null };
    };
  }

  /** What a cycle that is undone wrote to user groups. */
  groupWrites(cycleId: string): Promise<readonly LogEntry[]> {
    this.#groupWrites ??= (async () => {
      const writes: LogEntry[] = [];
      for (const stage of [STAGE.groups, STAGE.undoneGroups])
        for await (const { result } of this.engine.store.plans.rows(cycleId, stage))
          writes.push(...(result?.entries ?? []).filter((one) => one.intentId !== null && one.status === 'success'));
      return writes;
    })();
    return this.#groupWrites;
  }

  /** GoTo's user groups, read once a message. */
  gotoGroups(): Promise<readonly GotoGroup[]> {
    this.#gotoGroups ??= readersPacer(this.engine, this.cycleId).then((pacer) =>
      this.engine.accounts.groups({ pacer }),
    );
    return this.#gotoGroups;
  }

  /** Names of groups were stored: the next `userGroups` reads them again. */
  groupsChanged(): void {
    this.#userGroups = undefined;
  }

  /** Names for sentences; undefined for a group that was not asked for. */
  groupName = (id: string): string | undefined => this.#groupNames.get(id);

  /** Reads the names of groups, each once. */
  async nameGroups(ids: Iterable<string>): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#groupNames.has(id));
    if (unknown.length === 0) return;
    for (const [id, name] of await this.engine.entra.groupNames(unknown)) this.#groupNames.set(id, name);
  }

  get #protectedIds(): readonly string[] {
    return this.policy.protectedUsers.filter((name) => OBJECT_ID.test(name));
  }

  /** Those of these people who are in such a group when asked one by one. */
  async protectedByPerson(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const groupIds = this.#protectedIds;
    return ids.length === 0 || groupIds.length === 0 ? new Set() : this.engine.entra.membersByPerson(ids, groupIds);
  }

  /** Everybody whom the lists of the groups show that PROTECTED_USERS names. */
  async protectedByGroup(): Promise<ReadonlySet<string>> {
    return (await this.#protectedLists()).members;
  }

  #protectedLists() {
    this.#protected ??= (async () => {
      const ids = new Set<string>();
      const noGroups: string[] = [];
      for (const name of this.#protectedIds) {
        const members = await this.engine.entra.listEverybodyIn(name);
        if (members === 'missing') noGroups.push(name);
        else for (const id of members) ids.add(id);
      }
      return { members: ids, noGroups };
    })();
    return this.#protected;
  }

  /** Ids in PROTECTED_USERS that are neither a group nor anybody whom Entra shows, or the connector has known. */
  lostProtectors(): Promise<readonly string[]> {
    this.#lostProtectors ??= (async () => {
      const { entra, store } = this.engine;
      const strangers: string[] = [];
      for (const id of (await this.#protectedLists()).noGroups) {
        const { hasFacts, managed } = await store.people.someone(id);
        if (!hasFacts && managed !== 'unreadable' && managed.etag === null) strangers.push(id);
      }
      if (strangers.length === 0) return strangers;
      const { people } = await entra.getPeople(strangers);
      // A list of members may be missing though the group is there.
      const names = await entra.groupNames(strangers);
      return strangers.filter((id) => 'deleted' in (people.get(id) ?? {}) && names.get(id) === id);
    })();
    return this.#lostProtectors;
  }

  /** The image was written: the next `snapshot` reads it again. */
  imageChanged(): void {
    this.#snapshot = undefined;
    this.#nesting = undefined;
    this.#groupIds = undefined;
  }

  /** The marks of a bucket's people, due or not. */
  async marksOf(bucket: number): Promise<readonly StoredMark[]> {
    this.#marks ??= (async () => {
      const marks = new Map<number, StoredMark[]>();
      for await (const mark of this.engine.store.dirty.all()) {
        const index = bucketIndexOf(mark.id);
        const own = marks.get(index);
        if (own === undefined) marks.set(index, [mark]);
        else own.push(mark);
      }
      return marks;
    })();
    return (await this.#marks).get(bucket) ?? [];
  }

  /** GoTo's accounts as listed in this cycle; only full and initial cycles have a list. */
  accounts(): Promise<AccountIndex> {
    this.#accounts ??= AccountIndex.of(this.engine.store.listed.read(this.cycleId));
    return this.#accounts;
  }
}

const otherApp = (known: EnterpriseApp, app: EnterpriseApp): ConnectorError =>
  new ConnectorError(
    `ENTRA_APP_ID or ENTRA_SERVICE_PRINCIPAL_ID names another enterprise application ("${app.displayName}") than the one people ` +
      `are assigned to so far ("${known.displayName}"). Nothing was changed. Name the former one, or, if you mean to move, POST ` +
      '…/sync with {"mode":"full","dryRun":true}, look at the plan and apply it.',
    { code: 'ConfigurationInvalid', sent: true, repeatable: false, scope: 'job' },
  );

const otherAccount = (known: string, accountKey: string): ConnectorError =>
  new ConnectorError(
    `GOTO_ACCOUNT_KEY names the GoTo account ${accountKey}, and people’s accounts are in ${known} so far. Nothing was changed. Name the ` +
      'former one, or, if you mean to move, POST …/sync with {"mode":"full","dryRun":true}, look at the plan and apply it: ' +
      'accounts in the former one stay as they are.',
    { code: 'ConfigurationInvalid', sent: false, repeatable: false, scope: 'job' },
  );
