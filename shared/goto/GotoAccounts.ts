/**
 * The users and licences of one GoTo account.
 *
 * A list counts only when it is complete: as many distinct rows as `total` says, on the first and the last page
 * (goto-api.md 6, item 15). Writes are refused until /me has shown that the token belongs to the configured account.
 */
import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import type { Account, AccountAttributes, License } from '../model/Account';
import { emailKey, isDevice } from '../model/Account';
import { ConnectorError } from '../model/ConnectorError';
import type { AccountChanges } from '../model/decide';
import type { Caller, GotoClient } from './GotoClient';

/** The most users one page holds (goto-api.md 2.1). */
const PAGE_SIZE = 1_000;
/** Whole reads tried before an incomplete list is given up. */
const LIST_ATTEMPTS = 3;

/** Keys come as text or as bare numbers (goto-api.md 2.1). */
const key = z.union([z.string(), z.number()]).transform(String);
const keys = z.array(key).nullish();

const userRow = z
  .object({
    key,
    email: z.string().nullish(),
    firstName: z.string().nullish(),
    lastName: z.string().nullish(),
    locale: z.string().nullish(),
    timeZone: z.string().nullish(),
    status: z.string().nullish(),
    licenseKeys: keys,
    groupKey: key.nullish(),
    admin: z.boolean().nullish(),
    adminRoles: z.array(z.unknown()).nullish(),
    roleSets: z.array(z.unknown()).nullish(),
    identityReadOnly: z.boolean().nullish(),
  })
  .transform((row): Account => ({
    key: row.key,
    email: row.email ?? '',
    firstName: row.firstName ?? '',
    lastName: row.lastName ?? '',
    locale: row.locale ?? null,
    timeZone: row.timeZone ?? null,
    status: row.status ?? 'UNKNOWN',
    licenseKeys: row.licenseKeys ?? [],
    groupKey: row.groupKey ?? null,
    isAdmin: row.admin === true || (row.adminRoles?.length ?? 0) > 0 || (row.roleSets?.length ?? 0) > 0,
    identityReadOnly: row.identityReadOnly === true,
  }));

const userPage = z.object({ results: z.array(userRow).default([]), total: z.number() });

const licenseRow = z
  .object({
    key,
    description: z.string().nullish(),
    enabled: z.boolean().nullish(),
    devicesOnly: z.boolean().nullish(),
    externallyManaged: z.boolean().nullish(),
    seats: z.number().nullish(),
    userCount: z.number().nullish(),
    userKeys: keys,
    invitedUserKeys: keys,
    deviceCount: z.number().nullish(),
  })
  .transform((row): License => ({
    key: row.key,
    description: row.description ?? '',
    enabled: row.enabled ?? true,
    devicesOnly: row.devicesOnly ?? false,
    externallyManaged: row.externallyManaged ?? false,
    seats: row.seats ?? null,
    used:
      Math.max(row.userCount ?? 0, new Set([...(row.userKeys ?? []), ...(row.invitedUserKeys ?? [])]).size) +
      (row.deviceCount ?? 0),
  }));
const licensePage = z.object({ results: z.array(licenseRow).default([]) });

const meAnswer = z.object({
  key,
  email: z.string().default(''),
  accounts: z.array(z.object({ key })).default([]),
  accountKey: key.nullish(),
});

const createdRows = z.array(z.object({ key: key.nullish(), email: z.string().nullish() }));

export interface TokenOwner {
  readonly key: string;
  readonly email: string;
}

export class GotoAccounts {
  #owner: Promise<TokenOwner> | undefined;

  constructor(
    private readonly client: GotoClient,
    private readonly accountKey: string,
  ) {}

  /**
   * Who the token acts for; asked once a process, and anew by `check` at the start of a full cycle.
   * @throws ConnectorError ConfigurationInvalid when GOTO_ACCOUNT_KEY is not one of the token's accounts
   */
  async owner(caller: Caller): Promise<TokenOwner> {
    this.#owner ??= this.check(caller).catch((error: unknown) => {
      this.#owner = undefined;
      throw error;
    });
    return this.#owner;
  }

  async check(caller: Caller): Promise<TokenOwner> {
    const me = parse(meAnswer, await this.client.get('/me', caller), '/me');
    const known = [...me.accounts.map((account) => account.key), ...(me.accountKey ? [me.accountKey] : [])];
    if (!known.includes(this.accountKey)) {
      throw new ConnectorError(
        'GOTO_ACCOUNT_KEY is not an account of the GoTo token. Nothing was written. Set the key that GoTo’s /me shows.',
        {
          code: 'ConfigurationInvalid',
          sent: true,
          repeatable: false,
          scope: 'job',
        },
      );
    }
    return { key: me.key, email: emailKey(me.email) };
  }

  /** Every person of the account; desk phones and rows without address are left out. */
  async list(caller: Caller): Promise<Account[]> {
    for (let attempt = 1; attempt <= LIST_ATTEMPTS; attempt += 1) {
      const rows = await this.#listOnce(caller);
      if (rows !== undefined) return rows.filter((row) => !isDevice(row));
    }
    throw new ConnectorError(
      'GoTo’s user list stayed incomplete. Nothing is removed on such a list; the next cycle tries again.',
      {
        code: 'IncompleteRead',
        sent: true,
        repeatable: true,
        scope: 'job',
      },
    );
  }

  async #listOnce(caller: Caller): Promise<Account[] | undefined> {
    const byKey = new Map<string, Account>();
    let firstTotal: number | undefined;
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = parse(
        userPage,
        await this.client.get(`${this.#path}/users?offset=${offset}&pageSize=${PAGE_SIZE}`, caller),
        'user list',
      );
      firstTotal ??= page.total;
      for (const row of page.results) byKey.set(row.key, row);
      if (offset + PAGE_SIZE >= page.total || page.results.length === 0) {
        return byKey.size === page.total && page.total === firstTotal ? [...byKey.values()] : undefined;
      }
    }
  }

  /**
   * Accounts with exactly this address. The filter's grammar is not documented for quotes, and a filter that returns
   * others is a fault (goto-api.md 6, item 14).
   */
  async findByEmail(email: string, caller: Caller): Promise<Account[]> {
    if (/["\\]/.test(email)) {
      throw new ConnectorError('The address holds a quote or backslash, which GoTo’s filter cannot search for.', {
        code: 'UnprocessableEntity',
        sent: false,
        repeatable: false,
        scope: 'object',
      });
    }
    const filter = encodeURIComponent(`email eq "${email}"`);
    const page = parse(userPage, await this.client.get(`${this.#path}/users?filter=${filter}`, caller), 'user list');
    if (page.results.some((row) => emailKey(row.email) !== emailKey(email))) {
      throw incompatible('GoTo’s filter returned other people');
    }
    return page.results;
  }

  /** @throws ConnectorError NotFound */
  async get(userKey: string, caller: Caller): Promise<Account> {
    return parse(userRow, await this.client.get(`${this.#path}/users/${userKey}`, caller), 'user');
  }

  /**
   * One POST for one person, so that an error stays theirs.
   * @returns the key, or null when GoTo took the request but named none: look it up, do not repeat
   */
  async create(attributes: AccountAttributes, licenseKeys: readonly string[], caller: Caller): Promise<string | null> {
    await this.owner(caller);
    const { email, firstName, lastName, locale, timeZone } = attributes;
    const user = { email, firstName, lastName, ...(locale ? { locale } : {}), ...(timeZone ? { timeZone } : {}) };
    const answer = await this.client.write(
      'POST',
      `${this.#path}/users`,
      { users: [user], licenseKeys: bareNumbers(licenseKeys) },
      caller,
    );
    const rows = createdRows.safeParse(answer);
    const mine = rows.success
      ? rows.data.find((row) => row.email == null || emailKey(row.email) === emailKey(email))
      : undefined;
    return mine?.key ?? null;
  }

  /** Partial update: only the given fields are sent; `licenseKeys` replaces the whole list. */
  async update(userKey: string, changes: AccountChanges, caller: Caller): Promise<void> {
    await this.owner(caller);
    const { licenseKeys, ...fields } = changes;
    const body = { ...fields, ...(licenseKeys === undefined ? {} : { licenseKeys: bareNumbers(licenseKeys) }) };
    await this.client.write('PUT', `${this.#path}/users/${userKey}`, body, caller);
  }

  async licenses(caller: Caller): Promise<License[]> {
    return parse(licensePage, await this.client.get(`${this.#path}/licenses`, caller), 'licence list').results;
  }

  get #path(): string {
    return `/accounts/${this.accountKey}`;
  }
}

/** Keys go out as bare integers (live evidence, goto-api.md 2.1). */
const bareNumbers = (digits: readonly string[]): LosslessNumber[] => digits.map((text) => new LosslessNumber(text));

function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw incompatible(`GoTo answered with a ${what} of unknown shape (${result.error.issues[0]?.path.join('.') ?? ''})`);
}

const incompatible = (message: string): ConnectorError =>
  new ConnectorError(`${message}. Nothing was written.`, {
    code: 'ServiceIncompatible',
    sent: true,
    repeatable: false,
    scope: 'job',
  });
