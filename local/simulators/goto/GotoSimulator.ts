/** GoTo's sign-in and Admin API with the behaviours and ambiguities of goto-api.md. */
import { LosslessNumber, parse as parseLossless, stringify } from 'lossless-json';
import type { StackClock } from '../../clock/StackClock';
import { History } from '../http/History';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../http/SimulatedServer';
import { createBody, groupBody, updateBody } from './bodies';
import type { Consenter } from './Consenter';
import { honestGoto, type GotoBehaviour } from './GotoBehaviour';
import { wire, type GotoUser, type NewAccount } from './GotoUser';
import { bodyOf, type GotoWrite } from './GotoWrite';
import { namedPeople } from './namedPeople';
import { SignIn, type GotoActor } from './SignIn';
import { Transfers } from './Transfers';

export { statusOf, type GotoUser } from './GotoUser';

export const ACCOUNT_KEY = '2000000000000000202';
export const MEETING_LICENSE = '4000000000000000404';
export const WEBINAR_LICENSE = '4000000000000000505';
/** Somebody assigns this one by hand: the connector must leave it alone. */
export const CONNECT_LICENSE = '4000000000000000606';

interface GotoLicense {
  readonly key: string;
  readonly description: string;
  seats: number;
  enabled: boolean;
  readonly devicesOnly?: boolean;
  readonly externallyManaged?: boolean;
  readonly products: readonly string[];
}

const ADMIN = '/admin/rest/v1';
const UPCOMING_MEETINGS = /^\/G2M\/rest\/organizers\/(\d+)\/upcomingMeetings$/;

export class GotoSimulator extends SimulatedServer {
  readonly behaviour: GotoBehaviour = honestGoto();
  /** Of the first administrator. */
  adminRoles: readonly string[] = ['MANAGE_USERS', 'MANAGE_SEATS'];
  readonly signIn: SignIn;
  readonly users = new Map<string, History<GotoUser | undefined>>();
  readonly licenses: GotoLicense[] = [
    { key: MEETING_LICENSE, description: 'GoTo Meeting Business', seats: 100_000, enabled: true, products: ['G2M'] },
    { key: WEBINAR_LICENSE, description: 'GoTo Webinar', seats: 1_000, enabled: true, products: ['G2W', 'G2M'] },
    { key: CONNECT_LICENSE, description: 'GoTo Connect', seats: 1_000, enabled: true, products: ['JIVE'] },
  ];
  /** Writes that were committed, answered or not. */
  readonly writes: GotoWrite[] = [];
  /** Times of requests that were let through or refused, for the rate. */
  #recent: number[] = [];
  /** Names of user groups as committed, by key. */
  readonly groups = new Map<string, string>();
  /** When planned meetings begin, by the key of who planned them. */
  readonly meetings = new Map<string, readonly string[]>();
  readonly #groupHistory = new Map<string, History<string | undefined>>();
  readonly #keyOfEmail = new Map<string, string>();
  readonly #transfers = new Transfers();
  /** Whom each write that got in was about, in the request's own words. */
  readonly #writtenTo: string[] = [];
  #nextKey = 1_000_000_000_000_001_000n;
  readonly ownerKey: string;
  /** Of the administrators' account; another one in its place has whoever is left in it. */
  accountKey = ACCOUNT_KEY;

  constructor(private readonly clock: StackClock) {
    super();
    this.ownerKey = this.addUser({
      email: 'goto-sync@example.com',
      firstName: 'GoTo',
      lastName: 'Sync',
      adminRoles: [...this.adminRoles],
    }).key;
    this.signIn = new SignIn(clock, this.behaviour, (consenter) => this.#actorOf(consenter));
  }

  get clientId(): string {
    return this.signIn.clientId;
  }

  get clientSecret(): string {
    return this.signIn.clientSecret;
  }

  get personalAccessToken(): string {
    return this.signIn.personalAccessToken;
  }

  get refreshToken(): string {
    return this.signIn.refreshToken;
  }

  set refreshToken(token: string) {
    this.signIn.refreshToken = token;
  }

  /** Others than the first administrator come to be when they first sign in. */
  #actorOf(consenter: Consenter): GotoActor {
    const account = { accountKey: this.accountKey, accountName: 'Example GmbH' };
    const named = (email: string, firstName: string, lastName: string, adminRoles: string[]): GotoActor => {
      const { key } = this.byEmail(email) ?? this.addUser({ email, firstName, lastName, adminRoles });
      return { ...account, key, email, adminRoles };
    };
    switch (consenter) {
      case 'administrator':
        return { ...account, key: this.ownerKey, email: 'goto-sync@example.com', adminRoles: this.adminRoles };
      case 'otherAdministrator':
        return named('second-admin@example.com', 'Second', 'Admin', ['SUPER_USER']);
      case 'user':
        return named('ordinary-user@example.com', 'Ordinary', 'User', []);
      case 'otherAccount':
        return {
          key: '1000000000000000999',
          email: 'admin@elsewhere.example',
          adminRoles: ['SUPER_USER'],
          accountKey: '2000000000000000909',
          accountName: 'Elsewhere Ltd',
        };
    }
  }

  protected now(): number {
    return this.clock.now();
  }

  protected state(): unknown {
    return { users: this.all(), licenses: this.licenses, writes: this.writes.length };
  }

  /** Every account as committed, whatever lag readers see. */
  all(): GotoUser[] {
    return [...this.users.values()].flatMap((history) => history.latest ?? []);
  }

  byEmail(email: string): GotoUser | undefined {
    const key = this.#keyOfEmail.get(email.toLowerCase());
    const user = key === undefined ? undefined : this.users.get(key)?.latest;
    return user?.email.toLowerCase() === email.toLowerCase() ? user : undefined;
  }

  addUser(fields: NewAccount): GotoUser {
    const key = fields.key ?? String(this.#nextKey++);
    const user: GotoUser = {
      key,
      locale: null,
      timeZone: null,
      licenseKeys: [],
      adminRoles: [],
      identityReadOnly: false,
      groupKey: null,
      hasSignedIn: true,
      hasDeclined: false,
      ...fields,
    };
    this.users.set(key, new History<GotoUser | undefined>(this.clock.now(), user));
    this.#keyOfEmail.set(user.email.toLowerCase(), key);
    return user;
  }

  /** A change by hand in GoTo's admin pages. */
  changeByHand(key: string, changes: Partial<GotoUser>): void {
    const history = this.users.get(key);
    const user = history?.latest;
    if (history === undefined || user === undefined) throw new RangeError(`no account ${key}`);
    this.#change(history, { ...user, ...changes });
  }

  #change(history: History<GotoUser | undefined>, user: GotoUser): void {
    history.set(this.clock.now(), user);
    this.#keyOfEmail.set(user.email.toLowerCase(), user.key);
  }

  removeByHand(key: string): void {
    this.users.get(key)?.set(this.clock.now(), undefined);
  }

  /** Invitations to transfer that were sent, by address in lower case. */
  get transferMails(): ReadonlyMap<string, number> {
    return this.#transfers.mails;
  }

  /** The person follows the invitation: the account appears, with the key and fields that the first POST was told. */
  acceptTransfer(email: string): GotoUser {
    const { key, fields } = this.#transfers.end(email);
    this.behaviour.transferPending.delete(email.toLowerCase());
    return this.addUser({ ...fields, key, hasSignedIn: true });
  }

  /** The person does not want to come: a suspended account stays, with its licence. */
  declineTransfer(email: string): GotoUser {
    const { key, fields } = this.#transfers.end(email);
    this.behaviour.transferPending.delete(email.toLowerCase());
    return this.addUser({ ...fields, key, hasSignedIn: false, hasDeclined: true });
  }

  /** Write requests that got in, by account key; by address in lower case where no account came of them. */
  get gotoWritesByPerson(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const name of this.#writtenTo) {
      const person = this.byEmail(name)?.key ?? name;
      counts.set(person, (counts.get(person) ?? 0) + 1);
    }
    return counts;
  }

  /** All tokens handed out so far stop working. */
  revokeTokens(): void {
    this.signIn.revokeTokens();
  }

  protected answer(request: SimRequest): SimResponse {
    if (request.url.pathname === '/oauth/token') return this.signIn.token(request);
    if (request.url.pathname === '/oauth/authorize') return this.signIn.authorize(request);
    const organizer = UPCOMING_MEETINGS.exec(request.url.pathname)?.[1];
    if (organizer === undefined && !request.url.pathname.startsWith(`${ADMIN}/`))
      return json(404, { errorCode: 'NOT_FOUND', message: 'unknown path' });
    if (this.#isTooFast()) {
      const { retryAfterSeconds } = this.behaviour;
      return {
        status: 429,
        headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
        text: '',
      };
    }
    const actor = this.signIn.actor(request);
    if (actor === undefined) {
      return json(401, {
        error: [{ description: 'Incident #4711', code: 'not.authenticated', uri: request.url.pathname }],
      });
    }
    return organizer === undefined ? this.#admin(request, actor) : this.#upcomingMeetings(organizer, actor);
  }

  protected override isLost(request: SimRequest): boolean {
    const { silentFor, commitDelayMs } = this.behaviour;
    if (silentFor.size > 0 && namedPeople(request).some((name) => silentFor.has(name))) return true;
    const actor = this.signIn.actor(request);
    if (commitDelayMs <= 0 || !isUserWrite(request) || actor === undefined) return false;
    this.clock.after(commitDelayMs, () => void this.#admin(request, actor));
    return true;
  }

  /** A person by key and by address, since the one request may use this and the other that. */
  protected override subjectsOf(request: SimRequest): readonly string[] {
    if (!isUserWrite(request)) return [];
    return namedPeople(request).flatMap((name) => {
      const account = this.byEmail(name) ?? this.users.get(name)?.latest;
      return account === undefined ? [name] : [account.key, account.email.toLowerCase()];
    });
  }

  #isTooFast(): boolean {
    const now = this.clock.now();
    this.#recent = this.#recent.filter((at) => at > now - 1_000);
    this.#recent.push(now);
    return this.#recent.length > this.behaviour.requestsPerSecond;
  }

  #admin(request: SimRequest, actor: GotoActor): SimResponse {
    const path = request.url.pathname.slice(ADMIN.length);
    if (path === '/me' && request.method === 'GET') {
      return lossless(200, {
        key: actor.key,
        accountKey: actor.accountKey,
        email: actor.email,
        orgAdmin: false,
        adminRoles: actor.adminRoles,
        products: ['G2M'],
        accounts: [{ key: actor.accountKey, name: actor.accountName }],
      });
    }
    const match = /^\/accounts\/(\d+)\/(users|licenses|groups)(?:\/([^/]+))?$/.exec(path);
    if (match === null) return json(404, { errorCode: 'NOT_FOUND', message: 'unknown path' });
    if (match[1] !== actor.accountKey || actor.adminRoles.length === 0)
      return json(403, { int_err_code: 'InvalidToken', msg: 'not your account' });
    const key = match[3];
    if (isUserWrite(request)) this.#writtenTo.push(...(key === undefined ? namedPeople(request) : [key]));
    const refusal = this.behaviour.refusesPerson.get(key ?? '');
    if (refusal !== undefined) return json(refusal, { errorCode: 'REFUSED', message: 'not this account' });
    if (match[2] === 'licenses') return this.#licenses();
    if (match[2] === 'groups') return this.#groups(request, match[3]);
    if (key === undefined) return request.method === 'POST' ? this.#create(request) : this.#list(request);
    // A malformed id answers 502 instead of 404 (One Identity, goto-api.md 2.11).
    if (!/^\d+$/.test(key)) return { status: 502, text: '' };
    const user = this.#visible(key);
    if (request.method === 'GET') return user === undefined ? notFound() : lossless(200, wire(user));
    if (request.method === 'PUT') return this.#update(key, request);
    if (request.method === 'DELETE') return this.#delete(key, request);
    return json(405, { errorCode: 'METHOD_NOT_ALLOWED', message: '' });
  }

  /** Of administrators alone (goto-api.md 2.8). */
  #upcomingMeetings(key: string, { adminRoles }: GotoActor): SimResponse {
    if (adminRoles.length === 0) return json(403, { int_err_code: 'InvalidToken', msg: 'not your account' });
    const refusal = this.behaviour.refusesPerson.get(key);
    if (refusal !== undefined) return json(refusal, { errorCode: 'REFUSED', message: 'not this account' });
    if (this.#visible(key) === undefined) return notFound();
    const starts = this.meetings.get(key) ?? [];
    return lossless(
      200,
      starts.map((startTime, index) => ({
        meetingId: 100_000_000 + index,
        subject: 'Weekly',
        startTime,
        meetingType: 'scheduled',
      })),
    );
  }

  #visible(key: string): GotoUser | undefined {
    return this.users.get(key)?.at(this.clock.now() - this.behaviour.readLagMs);
  }

  #list(request: SimRequest): SimResponse {
    const moment = this.clock.now() - this.behaviour.readLagMs;
    let rows = [...this.users.values()].flatMap((history) => history.at(moment) ?? []);
    const filter = /(?:^|&)filter=([^&]*)/.exec(request.rawQuery)?.[1];
    if (filter !== undefined) {
      if (filter.includes('+')) return json(400, { errorCode: 'INVALID_FILTER', message: 'spaces must be %20' });
      const email = /^email eq "([^"\\]*)"$/.exec(decodeURIComponent(filter))?.[1];
      if (email === undefined) return json(400, { errorCode: 'INVALID_FILTER', message: 'unknown filter' });
      rows = rows.filter((row) => row.email.toLowerCase() === email.toLowerCase());
      if (rows.length === 0) return lossless(200, { total: 0 });
    }
    const offset = Number(request.url.searchParams.get('offset') ?? 0);
    const size = Math.min(1_000, this.behaviour.pageSizeCap, Number(request.url.searchParams.get('pageSize') ?? 25));
    const page = rows.slice(offset, offset + size);
    return lossless(200, {
      results: page.map(wire),
      fromIndex: offset,
      toIndex: offset + page.length - 1,
      total: rows.length,
    });
  }

  #licenses(): SimResponse {
    const rows = this.licenses.map((license) => {
      const holders = this.all().filter((user) => user.licenseKeys.includes(license.key));
      return {
        ...license,
        key: new LosslessNumber(license.key),
        userCount: holders.length,
        userKeys: holders.filter((user) => user.hasSignedIn).map((user) => new LosslessNumber(user.key)),
        invitedUserKeys: holders.filter((user) => !user.hasSignedIn).map((user) => new LosslessNumber(user.key)),
        deviceCount: 0,
        devicesOnly: license.devicesOnly ?? false,
        externallyManaged: license.externallyManaged ?? false,
      };
    });
    return lossless(200, { results: rows, fromIndex: 0, toIndex: rows.length - 1, total: rows.length });
  }

  /** A group made, renamed or removed by hand. */
  changeGroupByHand(key: string, name: string | undefined): void {
    const at = this.clock.now();
    const history = this.#groupHistory.get(key);
    if (history === undefined) this.#groupHistory.set(key, new History<string | undefined>(at, name));
    else history.set(at, name);
    if (name !== undefined) this.groups.set(key, name);
    else this.groups.delete(key);
  }

  #groups(request: SimRequest, key?: string): SimResponse {
    if (request.method === 'PUT' && key !== undefined) {
      const parsed = groupBody.safeParse(parseLossless(request.body));
      if (!parsed.success) return json(400, { errorCode: 'INVALID_BODY', message: 'name' });
      if (!this.groups.has(key)) return json(404, { errorCode: 'NOT_FOUND', message: 'no such group' });
      this.changeGroupByHand(key, parsed.data.name);
      return { status: 204 };
    }
    if (request.method === 'DELETE' && key !== undefined) {
      if (!this.groups.has(key)) return json(404, { errorCode: 'NOT_FOUND', message: 'no such group' });
      // What becomes of members is not known (goto-api.md 2.10): here they are left without a group.
      for (const user of this.all()) if (user.groupKey === key) this.changeByHand(user.key, { groupKey: null });
      this.changeGroupByHand(key, undefined);
      return { status: 204 };
    }
    if (request.method === 'POST') {
      const parsed = groupBody.safeParse(parseLossless(request.body));
      if (!parsed.success) return json(400, { errorCode: 'INVALID_BODY', message: 'name' });
      const made = String(this.#nextKey++);
      this.changeGroupByHand(made, parsed.data.name);
      return lossless(201, { key: new LosslessNumber(made), name: parsed.data.name });
    }
    const moment = this.clock.now() - this.behaviour.readLagMs;
    const known = [...this.#groupHistory].flatMap(([own, history]) => {
      const name = history.at(moment);
      const members = (): LosslessNumber[] =>
        this.all().flatMap((user) => (user.groupKey === own ? [new LosslessNumber(user.key)] : []));
      return name === undefined ? [] : [{ key: new LosslessNumber(own), name, userKeys: members() }];
    });
    if (key !== undefined) {
      const own = known.find((row) => row.key.value === key);
      return own === undefined ? notFound() : lossless(200, own);
    }
    const rows = known.slice(0, Math.ceil(known.length * this.behaviour.groupsShown));
    const offset = Number(request.url.searchParams.get('offset') ?? 0);
    const page = rows.slice(offset, offset + Number(request.url.searchParams.get('pageSize') ?? 25));
    return lossless(200, {
      results: page,
      fromIndex: offset,
      toIndex: offset + page.length - 1,
      ...(this.behaviour.hidesGroupTotal ? {} : { total: rows.length }),
    });
  }

  #create(request: SimRequest): SimResponse {
    const parsed = createBody.safeParse(parseLossless(request.body));
    if (!parsed.success)
      return json(400, { errorCode: 'INVALID_BODY', message: parsed.error.issues[0]?.path.join('.') });
    const { users } = parsed.data;
    const { conflict, maxUsersPerPost, refusesInPart } = this.behaviour;
    if (users.length > maxUsersPerPost) return json(413, { errorCode: 'TOO_LARGE', message: 'too many users' });
    const licenseKeys = parsed.data.licenseKeys.map((one) => one.value);
    if (!refusesInPart) {
      for (const { email } of users) {
        const refusal = this.#refusal(email, licenseKeys, users.length);
        if (refusal !== undefined && users.length > 1) return refusal;
      }
    }
    const rows: object[] = [];
    for (const fields of users) {
      const { email, firstName, lastName, locale = null, timeZone = null } = fields;
      const account = { email, firstName, lastName, locale, timeZone, licenseKeys, hasSignedIn: false };
      const existing = this.byEmail(email) ?? this.#invited(account);
      const refusal = this.#refusal(email, licenseKeys, 1);
      if (refusal !== undefined) return refusal;
      if (existing !== undefined) {
        rows.push(conflict === 'noKey' ? { email } : { key: new LosslessNumber(existing.key), email: existing.email });
        continue;
      }
      const user = this.addUser(account);
      this.#wrote('POST', user.key, request, fields, licenseKeys);
      rows.push({ key: new LosslessNumber(user.key), email: user.email });
    }
    return lossless(conflict === 'keyOf201' ? 201 : 200, rows);
  }

  /** Why GoTo makes no account for an address. @param seats that must be free */
  #refusal(email: string, licenseKeys: readonly string[], seats: number): SimResponse | undefined {
    const { conflict, invalidAddresses, transferPending } = this.behaviour;
    const address = email.toLowerCase();
    if (invalidAddresses.has(address)) return json(400, { errorCode: 'INVALID_EMAIL', message: 'email' });
    const isKnown = this.byEmail(email) !== undefined || transferPending.has(address);
    if (isKnown)
      return conflict === 'status409' ? json(409, { errorCode: 'CONFLICT', message: 'user exists' }) : undefined;
    return this.#licenseProblem(licenseKeys, [], seats);
  }

  /** Somebody of another GoTo account gets a mail, and no account here until it is accepted. */
  #invited(account: NewAccount): { readonly key: string; readonly email: string } | undefined {
    if (!this.behaviour.transferPending.has(account.email.toLowerCase())) return undefined;
    return { key: this.#transfers.invite(account, () => String(this.#nextKey++)), email: account.email };
  }

  #wrote(
    method: GotoWrite['method'],
    userKey: string,
    { body }: SimRequest,
    fields: object,
    licenses: readonly string[],
  ) {
    const at = this.clock.now();
    this.writes.push({ at, method, userKey, body: bodyOf(body), fields: { ...fields }, licenseKeys: [...licenses] });
  }

  #update(key: string, request: SimRequest): SimResponse {
    const history = this.users.get(key);
    const user = history?.latest;
    if (history === undefined || user === undefined) return notFound();
    const parsed = updateBody.safeParse(parseLossless(request.body));
    if (!parsed.success)
      return json(400, { errorCode: 'INVALID_BODY', message: parsed.error.issues[0]?.path.join('.') });
    const { licenseKeys: numbers, groupKey, adminRoles, ...given } = parsed.data;
    if (groupKey !== undefined && !this.groups.has(groupKey.value))
      return json(400, { errorCode: 'UNKNOWN_GROUP', message: '' });
    const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (user.identityReadOnly && Object.keys(fields).length > 0)
      return json(400, { errorCode: 'IDENTITY_READ_ONLY', message: '' });
    const taken = given.email === undefined ? undefined : this.byEmail(given.email);
    if (taken !== undefined && taken.key !== key) return json(409, { errorCode: 'CONFLICT', message: 'address taken' });
    const licenseKeys = numbers?.map((one) => one.value) ?? user.licenseKeys;
    const problem = this.#licenseProblem(licenseKeys, user.licenseKeys);
    if (problem !== undefined) return problem;
    this.#change(history, {
      ...user,
      ...fields,
      licenseKeys,
      groupKey: groupKey?.value ?? user.groupKey,
      adminRoles: adminRoles ?? user.adminRoles,
    });
    this.#wrote('PUT', key, request, fields, licenseKeys);
    return { status: 204 };
  }

  #licenseProblem(wanted: readonly string[], held: readonly string[], seats = 1): SimResponse | undefined {
    for (const key of wanted) {
      if (held.includes(key)) continue;
      const license = this.licenses.find((one) => one.key === key);
      if (license === undefined || !license.enabled) return json(400, { errorCode: 'UNKNOWN_LICENSE', message: '' });
      // Counting holders is slow; with more seats than accounts there is nothing to count.
      if (license.seats >= this.users.size + seats) continue;
      if (this.all().filter((user) => user.licenseKeys.includes(key)).length + seats > license.seats) {
        return json(400, { errorCode: 'NO_LICENSE_AVAILABLE', message: 'out of seats' });
      }
    }
    return undefined;
  }

  #delete(key: string, request: SimRequest): SimResponse {
    if (this.users.get(key)?.latest === undefined) return notFound();
    this.removeByHand(key);
    this.#wrote('DELETE', key, request, {}, []);
    return { status: 204 };
  }
}

const isUserWrite = ({ method, url }: SimRequest): boolean =>
  method !== 'GET' && /^\/admin\/rest\/v1\/accounts\/\d+\/users(\/|$)/.test(url.pathname);

const notFound = (): SimResponse => json(404, { errorCode: 'NOT_FOUND', message: 'no such user' });
const lossless = (status: number, value: unknown): SimResponse => ({ status, text: stringify(value) ?? '' });
