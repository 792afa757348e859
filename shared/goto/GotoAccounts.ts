/**
 * The users and licences of one GoTo account.
 *
 * A list counts only when it is complete: as many distinct rows as `total` says, on the first and the last page
 * (goto-api.md 6, item 15). Writes are refused until /me has shown that the token belongs to the configured account.
 */
import { LosslessNumber } from 'lossless-json';
import type { Account, AccountAttributes, License } from '../model/Account';
import { emailKey, isDevice } from '../model/Account';
import { ConnectorError } from '../model/ConnectorError';
import type { GotoGroup } from '../model/ManagedGroup';
import type { AccountChanges } from '../model/AccountChanges';
import { ADMIN_API, type Caller, type GotoClient } from './GotoClient';
import { createdGroup, createdRows, groupPage, licensePage, userPage, userRow } from './gotoShapes';
import { incompatible, parseAnswer } from './parseAnswer';
import { readMe, type Me } from './readMe';
import { readUpcomingMeetings, type UpcomingMeetings } from './readUpcomingMeetings';

/** The most users one page holds (goto-api.md 2.1). */
const PAGE_SIZE = 1_000;
/** As the reference examples ask (goto-api.md 2.10). */
const GROUPS_PAGE_SIZE = 200;
/** Whole reads tried before an incomplete list is given up. */
const LIST_ATTEMPTS = 3;
/** How long the token's owner is believed without asking, in ms. */
const OWNER_AGE_MS = 10 * 60_000;
/** How long what a licence is called is believed, in ms. */
const LICENSE_NAMES_AGE_MS = 10 * 60_000;

/** The person the token acts for: never written to (goto-api.md 6, item 20). */
export interface TokenOwner {
  readonly key: string;
  /** Lower case. */
  readonly email: string;
}

/** The whole list. */
export interface AccountsList {
  /** People. */
  readonly accounts: readonly Account[];
  /** Whether there are rows besides: desk phones, and those without address. */
  readonly hasDevices: boolean;
}

/** One page of the account's list. */
export interface AccountsPage {
  /** People; the rows of desk phones and those without address are left out. */
  readonly accounts: readonly Account[];
  /**
   * Keys of the rows left out. They count for completeness, and by key: a row that comes twice because the list shifted
   * between two pages hides one that is missing.
   */
  readonly deviceKeys: readonly string[];
  /** Rows of the whole list, devices included, as this page tells. */
  readonly total: number;
  /** The offset of the next page; null on the last one. */
  readonly next: number | null;
}

/**
 * Whether a list that was read page by page may stand for the account: as many distinct rows as the first and the last
 * page say there are (goto-api.md 6, item 15). Nobody is absent by any other list (I05).
 * @param distinct distinct keys seen on all pages, devices included
 */
export const isCompleteList = (seen: {
  readonly distinct: number;
  readonly firstTotal: number;
  readonly lastTotal: number;
}): boolean => seen.distinct === seen.lastTotal && seen.firstTotal === seen.lastTotal;

/** Several whole reads of the list did not add up. @param repeatable whether it is worth another try in this cycle */
export const incompleteList = (repeatable: boolean): ConnectorError =>
  new ConnectorError(
    'GoTo’s user list stayed incomplete. Nothing is removed on such a list; the next cycle tries again.',
    { code: 'IncompleteRead', sent: true, repeatable, scope: 'job' },
  );

/** All functions throw the ConnectorErrors of GotoClient, and ServiceIncompatible for an answer of unknown shape. */
export class GotoAccounts {
  #licenses: { readonly at: number; readonly licenses: readonly License[] } | undefined;
  #owner: { readonly generation: number; readonly at: number; readonly owner: Promise<TokenOwner> } | undefined;

  constructor(
    private readonly client: GotoClient,
    /** GOTO_ACCOUNT_KEY. */
    readonly accountKey: string,
  ) {}

  /**
   * Who the token acts for. Remembered for ten minutes, and only as long as the authorisation is the same: whoever
   * authorises the connector anew as somebody else protects that person from the next write on.
   * @throws ConnectorError ConfigurationInvalid when GOTO_ACCOUNT_KEY is not one of the token's accounts
   */
  async owner(caller: Caller): Promise<TokenOwner> {
    return this.#ownerOf(await this.client.authorise(), caller);
  }

  #ownerOf(generation: number, caller: Caller): Promise<TokenOwner> {
    const known = this.#owner;
    const isFresh =
      known !== undefined && known.generation === generation && this.client.clock.now() - known.at < OWNER_AGE_MS;
    return isFresh ? known.owner : this.#ask(generation, caller);
  }

  /** Whom the token acts for, without the check of the account. */
  me(caller: Caller): Promise<Me> {
    return readMe(this.client, caller);
  }

  /** Sees to it that there is a token that lasts. */
  async renewToken(): Promise<void> {
    await this.client.authorise();
  }

  /** GoTo's clock before this one, in ms, by its newest answer; undefined before the first one. */
  get skewMs(): number | undefined {
    return this.client.skewMs;
  }

  /** As `owner`, but asks GoTo now; what it learns counts for `owner` too. */
  async check(caller: Caller): Promise<TokenOwner> {
    return this.#ask(await this.client.authorise(), caller);
  }

  /** Before every write. Its faults are those of a write that has not left. @returns the authorisation it is for */
  async #mayWrite(caller: Caller): Promise<number> {
    try {
      const generation = await this.client.authorise();
      await this.#ownerOf(generation, caller);
      return generation;
    } catch (error) {
      throw error instanceof ConnectorError ? error.notSent() : error;
    }
  }

  #ask(generation: number, caller: Caller): Promise<TokenOwner> {
    const asked = { generation, at: this.client.clock.now(), owner: this.#readOwner(caller) };
    this.#owner = asked;
    asked.owner.catch(() => {
      if (this.#owner === asked) this.#owner = undefined;
    });
    return asked.owner;
  }

  async #readOwner(caller: Caller): Promise<TokenOwner> {
    const me = await readMe(this.client, caller);
    if (!me.accountKeys.includes(this.accountKey)) {
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

  /**
   * Every person of the account; desk phones and rows without address are only told to be there.
   * @throws ConnectorError IncompleteRead, repeatable, when three whole reads did not add up
   */
  async list(caller: Caller): Promise<AccountsList> {
    for (let attempt = 1; attempt <= LIST_ATTEMPTS; attempt += 1) {
      const rows = await this.#listOnce(caller);
      if (rows !== undefined) return rows;
    }
    throw incompleteList(true);
  }

  async #listOnce(caller: Caller): Promise<AccountsList | undefined> {
    const people = new Map<string, Account>();
    const devices = new Set<string>();
    let firstTotal: number | undefined;
    let offset: number | null = 0;
    for (;;) {
      const page: AccountsPage = await this.listPage(offset, caller);
      firstTotal ??= page.total;
      for (const row of page.accounts) people.set(row.key, row);
      for (const key of page.deviceKeys) devices.add(key);
      offset = page.next;
      if (offset === null) {
        const distinct = people.size + devices.size;
        if (!isCompleteList({ distinct, firstTotal, lastTotal: page.total })) return undefined;
        return { accounts: [...people.values()], hasDevices: devices.size > 0 };
      }
    }
  }

  /**
   * One page, so that a long list can be read in slices. The next page begins after the rows received, however many
   * GoTo gives at once; the last one is reached with as many rows as `total` says, or with an empty page.
   * @param offset 0, or the `next` of the page before
   */
  async listPage(offset: number, caller: Caller): Promise<AccountsPage> {
    const page = parseAnswer(
      userPage,
      await this.client.get(`${this.#path}/users?offset=${offset}&pageSize=${PAGE_SIZE}`, caller),
      'user list',
    );
    const seen = offset + page.results.length;
    return {
      accounts: page.results.filter((row) => !isDevice(row)),
      deviceKeys: page.results.filter(isDevice).map((row) => row.key),
      total: page.total,
      next: page.results.length === 0 || seen >= page.total ? null : seen,
    };
  }

  /**
   * Accounts with exactly this address. The filter's grammar is not documented for quotes, and a filter that returns
   * others is a fault (goto-api.md 6, item 14). That there is none, only a total of 0 says (goto-api.md 2.11).
   * @throws ConnectorError of scope object, IncompleteRead, when there are more than it shows
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
    const page = parseAnswer(
      userPage,
      await this.client.get(`${this.#path}/users?filter=${filter}`, caller),
      'user list',
    );
    if (page.results.some((row) => emailKey(row.email) !== emailKey(email))) {
      throw incompatible('GoTo’s filter returned other people');
    }
    if (page.results.length < page.total) throw incompleteSearch();
    return page.results;
  }

  /** @throws ConnectorError NotFound; AccountUnavailable when GoTo shows others but not this one */
  async get(userKey: string, caller: Caller): Promise<Account> {
    const path = `${this.#path}/users/${userKey}`;
    const account = parseAnswer(userRow, await this.client.get(path, caller, 'object'), 'user');
    if (account.key !== userKey) throw incompatible('GoTo answered with another account than it was asked for');
    return account;
  }

  /**
   * One POST for people who get the same licences; their addresses differ.
   * @returns of each their key, or null where GoTo took the request but named none: look it up, do not repeat
   * @throws ConnectorError; a refusal of several does not say of whom it is true
   */
  async create(
    people: readonly AccountAttributes[],
    licenseKeys: readonly string[],
    caller: Caller,
  ): Promise<readonly (string | null)[]> {
    const generation = await this.#mayWrite(caller);
    const users = people.map(({ email, firstName, lastName, locale, timeZone }) => ({
      email,
      firstName,
      lastName,
      ...(locale ? { locale } : {}),
      ...(timeZone ? { timeZone } : {}),
    }));
    const body = { users, licenseKeys: bareNumbers(licenseKeys) };
    const answer = createdRows.safeParse(
      await this.client.write('POST', `${this.#path}/users`, body, caller, generation),
    );
    const rows = answer.success ? answer.data : [];
    const isAlone = people.length === 1;
    return people.map(({ email }) => {
      const own = rows.find((row) => (row.email == null ? isAlone : emailKey(row.email) === emailKey(email)));
      return own?.key ?? null;
    });
  }

  /** Partial update: only the given fields are sent; `licenseKeys` replaces the whole list. */
  async update(userKey: string, changes: AccountChanges, caller: Caller): Promise<void> {
    const generation = await this.#mayWrite(caller);
    const { licenseKeys, groupKey, ...fields } = changes;
    const body = {
      ...fields,
      ...(groupKey === undefined ? {} : { groupKey: new LosslessNumber(groupKey) }),
      ...(licenseKeys === undefined ? {} : { licenseKeys: bareNumbers(licenseKeys) }),
    };
    await this.client.write('PUT', `${this.#path}/users/${userKey}`, body, caller, generation);
  }

  /** Removes the person from the account, with what they have in it: what GoTo keeps of it is not ours to say. */
  async delete(userKey: string, caller: Caller): Promise<void> {
    const generation = await this.#mayWrite(caller);
    await this.client.write('DELETE', `${this.#path}/users/${userKey}`, undefined, caller, generation);
  }

  /** What would go with an account that is deleted. */
  upcomingMeetings(userKey: string, caller: Caller): Promise<UpcomingMeetings> {
    return readUpcomingMeetings(this.client, userKey, caller);
  }

  /**
   * The account's licences with their seats.
   * @param since what was read after this moment (ms) is fresh enough; left out: read now
   */
  async licenses(caller: Caller, since?: number): Promise<readonly License[]> {
    const known = this.#licenses;
    if (known !== undefined && since !== undefined && known.at >= since) return known.licenses;
    const at = this.client.clock.now();
    const answer = await this.client.get(`${this.#path}/licenses`, caller);
    const { results: licenses } = parseAnswer(licensePage, answer, 'licence list');
    this.#licenses = { at, licenses };
    return licenses;
  }

  /** The licences as last read, for their names: seats may have been taken since. */
  async knownLicenses(caller: Caller): Promise<readonly License[]> {
    const known = this.#licenses;
    if (known !== undefined && this.client.clock.now() - known.at < LICENSE_NAMES_AGE_MS) return known.licenses;
    return this.licenses(caller);
  }

  /**
   * The account's user groups. Where GoTo does not tell how many there are, pages are asked for until one brings nothing new.
   * @throws ConnectorError IncompleteRead, repeatable, when the pages do not add up
   */
  async groups(caller: Caller): Promise<GotoGroup[]> {
    const groups = new Map<string, GotoGroup>();
    for (let offset = 0, keyless = 0; ;) {
      const path = `${this.#path}/groups?offset=${offset}&pageSize=${GROUPS_PAGE_SIZE}`;
      const { results, total } = parseAnswer(groupPage, await this.client.get(path, caller), 'group list');
      const before = groups.size;
      for (const { key: own, ...group } of results) {
        if (own === null) keyless += 1;
        else groups.set(own, { key: own, ...group });
      }
      offset += results.length;
      const isEnd = total == null ? groups.size === before : offset >= total;
      if (isEnd && (total == null || groups.size + keyless >= total)) return [...groups.values()];
      if (isEnd || results.length === 0) throw incompleteGroups();
    }
  }

  /** Whether GoTo knows a user group by its key: another question than the list answers. */
  async hasGroup(groupKey: string, caller: Caller): Promise<boolean> {
    try {
      await this.client.get(`${this.#path}/groups/${groupKey}`, caller, 'object');
      return true;
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'NotFound') return false;
      throw error;
    }
  }

  /** @returns the new group's key; null where GoTo names none: look it up, do not repeat */
  async createGroup(name: string, caller: Caller): Promise<string | null> {
    const generation = await this.#mayWrite(caller);
    const answer = createdGroup.safeParse(
      await this.client.write('POST', `${this.#path}/groups`, { name }, caller, generation),
    );
    return answer.success ? answer.data.key : null;
  }

  async renameGroup(groupKey: string, name: string, caller: Caller): Promise<void> {
    const generation = await this.#mayWrite(caller);
    await this.client.write('PUT', `${this.#path}/groups/${groupKey}`, { name }, caller, generation);
  }

  /** What GoTo does with members of such a group is not known (goto-api.md 2.10): only for one that nobody uses. */
  async deleteGroup(groupKey: string, caller: Caller): Promise<void> {
    const generation = await this.#mayWrite(caller);
    await this.client.write('DELETE', `${this.#path}/groups/${groupKey}`, undefined, caller, generation);
  }

  get #path(): string {
    return `${ADMIN_API}/accounts/${this.accountKey}`;
  }
}

/** Keys go out as bare integers (live evidence, goto-api.md 2.1). */
const bareNumbers = (digits: readonly string[]): LosslessNumber[] => digits.map((text) => new LosslessNumber(text));
const incompleteSearch = (): ConnectorError =>
  new ConnectorError('GoTo counts more accounts of an address than it shows. Nothing was written; it is asked again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'object',
  });
const incompleteGroups = (): ConnectorError =>
  new ConnectorError('GoTo’s list of user groups stayed incomplete; it is read again.', {
    code: 'IncompleteRead',
    sent: true,
    repeatable: true,
    scope: 'job',
  });
