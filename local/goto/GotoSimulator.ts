/** GoTo's sign-in and Admin API with the behaviours and ambiguities of goto-api.md. */
import { LosslessNumber, parse as parseLossless, stringify } from 'lossless-json';
import { z } from 'zod';
import type { StackClock } from '../clock/StackClock';
import { History } from '../http/History';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../http/SimulatedServer';

export const ACCOUNT_KEY = '2000000000000000202';
export const MEETING_LICENSE = '4000000000000000404';
export const WEBINAR_LICENSE = '4000000000000000505';
/** Somebody assigns this one by hand: the connector must leave it alone. */
export const CONNECT_LICENSE = '4000000000000000606';

export interface GotoUser {
  readonly key: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly licenseKeys: readonly string[];
  readonly adminRoles: readonly string[];
  readonly identityReadOnly: boolean;
  /** A person is in at most one group. */
  readonly groupKey: string | null;
  readonly hasSignedIn: boolean;
}

export interface GotoBehaviour {
  /** Reads are this much older than writes, in ms. */
  readLagMs: number;
  /** Requests a second before 429; GoTo documents 10. */
  requestsPerSecond: number;
  /** Sent with a 429, in seconds; GoTo documents none. */
  retryAfterSeconds: number | undefined;
  /** What a POST of a known address answers (goto-api.md 2.6). */
  conflict: 'keyOf200' | 'noKey' | 'status409' | 'keyOf201';
  /** A refresh answers with a new refresh token. */
  rotatesRefreshToken: boolean;
}

interface GotoLicense {
  readonly key: string;
  readonly description: string;
  seats: number;
  enabled: boolean;
  readonly devicesOnly?: boolean;
  readonly externallyManaged?: boolean;
  readonly products: readonly string[];
}

const TOKEN_LIFE_S = 3_600;

const createBody = z.object({
  users: z
    .array(
      z.object({
        email: z.string(),
        firstName: z.string(),
        lastName: z.string(),
        locale: z.string().optional(),
        timeZone: z.string().optional(),
      }),
    )
    .min(1)
    .max(25),
  licenseKeys: z.array(z.instanceof(LosslessNumber)).default([]),
});
const updateBody = z.object({
  email: z.string().optional(),
  firstName: z.string().max(32).optional(),
  lastName: z.string().max(32).optional(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  licenseKeys: z.array(z.instanceof(LosslessNumber)).optional(),
  groupKey: z.instanceof(LosslessNumber).optional(),
  adminRoles: z.array(z.string()).optional(),
});
const groupBody = z.object({ name: z.string().min(1).max(128) });

export interface GotoWrite {
  readonly at: number;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly userKey: string;
}

export class GotoSimulator extends SimulatedServer {
  readonly behaviour: GotoBehaviour = {
    readLagMs: 0,
    requestsPerSecond: Number.POSITIVE_INFINITY,
    retryAfterSeconds: undefined,
    conflict: 'keyOf200',
    rotatesRefreshToken: false,
  };
  readonly clientId = 'local-client';
  readonly clientSecret = 'local-secret';
  readonly personalAccessToken = 'local-pat';
  refreshToken = 'local-refresh-0';
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
  readonly groups = new Map<string, string>();
  readonly #tokens = new Map<string, number>();
  readonly #keyOfEmail = new Map<string, string>();
  #nextKey = 1_000_000_000_000_001_000n;
  #issued = 0;
  readonly ownerKey: string;

  constructor(private readonly clock: StackClock) {
    super();
    this.ownerKey = this.addUser({
      email: 'goto-sync@example.com',
      firstName: 'GoTo',
      lastName: 'Sync',
      adminRoles: ['MANAGE_USERS', 'MANAGE_SEATS'],
    }).key;
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

  addUser(fields: Partial<GotoUser> & Pick<GotoUser, 'email' | 'firstName' | 'lastName'>): GotoUser {
    const key = String(this.#nextKey++);
    const user: GotoUser = {
      key,
      locale: null,
      timeZone: null,
      licenseKeys: [],
      adminRoles: [],
      identityReadOnly: false,
      groupKey: null,
      hasSignedIn: true,
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

  /** All tokens handed out so far stop working. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  protected answer(request: SimRequest): SimResponse {
    if (request.url.pathname === '/oauth/token') return this.#token(request);
    if (!request.url.pathname.startsWith('/admin/rest/v1/'))
      return json(404, { errorCode: 'NOT_FOUND', message: 'unknown path' });
    if (this.#isTooFast()) {
      const { retryAfterSeconds } = this.behaviour;
      return {
        status: 429,
        headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
        text: '',
      };
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if ((this.#tokens.get(token) ?? 0) < this.clock.now()) {
      return json(401, {
        error: [{ description: 'Incident #4711', code: 'not.authenticated', uri: request.url.pathname }],
      });
    }
    return this.#admin(request, request.url.pathname.slice('/admin/rest/v1'.length));
  }

  #isTooFast(): boolean {
    const now = this.clock.now();
    this.#recent = this.#recent.filter((at) => at > now - 1_000);
    this.#recent.push(now);
    return this.#recent.length > this.behaviour.requestsPerSecond;
  }

  #token(request: SimRequest): SimResponse {
    const basic = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`;
    if (request.headers.authorization !== basic)
      return json(401, { error: 'invalid_client', error_description: 'client not found' });
    const form = new URLSearchParams(request.body);
    const grant = form.get('grant_type');
    const isKnown =
      (grant === 'personal_access_token' && form.get('pat') === this.personalAccessToken) ||
      (grant === 'refresh_token' && form.get('refresh_token') === this.refreshToken);
    if (!isKnown) return json(400, { error: 'invalid_grant', error_description: 'the grant is not valid' });
    this.#issued += 1;
    const token = `token-${this.#issued}`;
    this.#tokens.set(token, this.clock.now() + TOKEN_LIFE_S * 1_000);
    const rotated = grant === 'refresh_token' && this.behaviour.rotatesRefreshToken;
    if (rotated) this.refreshToken = `local-refresh-${this.#issued}`;
    return json(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: TOKEN_LIFE_S,
      scope: 'identity:',
      principal: 'goto-sync@example.com',
      ...(rotated ? { refresh_token: this.refreshToken } : {}),
    });
  }

  #admin(request: SimRequest, path: string): SimResponse {
    if (path === '/me' && request.method === 'GET') {
      return lossless(200, {
        key: this.ownerKey,
        accountKey: ACCOUNT_KEY,
        email: 'goto-sync@example.com',
        orgAdmin: false,
        adminRoles: ['MANAGE_USERS', 'MANAGE_SEATS'],
        products: ['G2M'],
        accounts: [{ key: ACCOUNT_KEY, name: 'Example GmbH' }],
      });
    }
    const match = /^\/accounts\/(\d+)\/(users|licenses|groups)(?:\/([^/]+))?$/.exec(path);
    if (match === null) return json(404, { errorCode: 'NOT_FOUND', message: 'unknown path' });
    if (match[1] !== ACCOUNT_KEY) return json(403, { int_err_code: 'InvalidToken', msg: 'not your account' });
    const key = match[3];
    if (match[2] === 'licenses') return this.#licenses();
    if (match[2] === 'groups') return this.#groups(request);
    if (key === undefined) return request.method === 'POST' ? this.#create(request) : this.#list(request);
    // A malformed id answers 502 instead of 404 (One Identity, goto-api.md 2.11).
    if (!/^\d+$/.test(key)) return { status: 502, text: '' };
    const user = this.#visible(key);
    if (request.method === 'GET') return user === undefined ? notFound() : lossless(200, wire(user));
    if (request.method === 'PUT') return this.#update(key, request);
    if (request.method === 'DELETE') return this.#delete(key);
    return json(405, { errorCode: 'METHOD_NOT_ALLOWED', message: '' });
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
    const size = Math.min(1_000, Number(request.url.searchParams.get('pageSize') ?? 25));
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

  #groups(request: SimRequest): SimResponse {
    if (request.method === 'POST') {
      const parsed = groupBody.safeParse(parseLossless(request.body));
      if (!parsed.success) return json(400, { errorCode: 'INVALID_BODY', message: 'name' });
      const key = String(this.#nextKey++);
      this.groups.set(key, parsed.data.name);
      return lossless(201, { key: new LosslessNumber(key), name: parsed.data.name });
    }
    const rows = [...this.groups].map(([key, name]) => ({
      key: new LosslessNumber(key),
      name,
      userKeys: this.all().flatMap((user) => (user.groupKey === key ? [new LosslessNumber(user.key)] : [])),
    }));
    return lossless(200, { results: rows, fromIndex: 0, toIndex: rows.length - 1, total: rows.length });
  }

  #create(request: SimRequest): SimResponse {
    const parsed = createBody.safeParse(parseLossless(request.body));
    if (!parsed.success)
      return json(400, { errorCode: 'INVALID_BODY', message: parsed.error.issues[0]?.path.join('.') });
    const licenseKeys = parsed.data.licenseKeys.map((one) => one.value);
    const { conflict } = this.behaviour;
    const rows: object[] = [];
    for (const fields of parsed.data.users) {
      const existing = this.byEmail(fields.email);
      if (existing !== undefined) {
        if (conflict === 'status409') return json(409, { errorCode: 'CONFLICT', message: 'user exists' });
        rows.push(
          conflict === 'noKey'
            ? { email: fields.email }
            : { key: new LosslessNumber(existing.key), email: existing.email },
        );
        continue;
      }
      const problem = this.#licenseProblem(licenseKeys, []);
      if (problem !== undefined) return problem;
      const { email, firstName, lastName, locale = null, timeZone = null } = fields;
      const user = this.addUser({ email, firstName, lastName, locale, timeZone, licenseKeys, hasSignedIn: false });
      this.writes.push({ at: this.clock.now(), method: 'POST', userKey: user.key });
      rows.push({ key: new LosslessNumber(user.key), email: user.email });
    }
    return lossless(conflict === 'keyOf201' ? 201 : 200, rows);
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
    this.writes.push({ at: this.clock.now(), method: 'PUT', userKey: key });
    return { status: 204 };
  }

  #licenseProblem(wanted: readonly string[], held: readonly string[]): SimResponse | undefined {
    for (const key of wanted) {
      if (held.includes(key)) continue;
      const license = this.licenses.find((one) => one.key === key);
      if (license === undefined || !license.enabled) return json(400, { errorCode: 'UNKNOWN_LICENSE', message: '' });
      // Counting holders is slow; with more seats than accounts there is nothing to count.
      if (license.seats > this.users.size) continue;
      if (this.all().filter((user) => user.licenseKeys.includes(key)).length >= license.seats) {
        return json(400, { errorCode: 'NO_LICENSE_AVAILABLE', message: 'out of seats' });
      }
    }
    return undefined;
  }

  #delete(key: string): SimResponse {
    if (this.users.get(key)?.latest === undefined) return notFound();
    this.removeByHand(key);
    this.writes.push({ at: this.clock.now(), method: 'DELETE', userKey: key });
    return { status: 204 };
  }
}

/** No licence and no role: GoTo shows the account as suspended by itself (goto-api.md 2.5). */
export function statusOf(user: GotoUser): string {
  if (user.licenseKeys.length === 0 && user.adminRoles.length === 0) return 'SUSPENDED';
  return user.hasSignedIn ? 'ACTIVE' : 'INVITED';
}

const wire = (user: GotoUser): object => ({
  key: user.key,
  email: user.email,
  firstName: user.firstName,
  lastName: user.lastName,
  ...(user.locale === null ? {} : { locale: user.locale }),
  ...(user.timeZone === null ? {} : { timeZone: user.timeZone }),
  status: statusOf(user),
  ...(user.groupKey === null ? {} : { groupKey: new LosslessNumber(user.groupKey) }),
  admin: user.adminRoles.length > 0,
  adminRoles: user.adminRoles,
  roleSets: [],
  identityReadOnly: user.identityReadOnly,
  licenseKeys: user.licenseKeys.map((key) => new LosslessNumber(key)),
});

const notFound = (): SimResponse => json(404, { errorCode: 'NOT_FOUND', message: 'no such user' });
const lossless = (status: number, value: unknown): SimResponse => ({ status, text: stringify(value) ?? '' });
