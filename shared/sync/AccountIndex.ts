import { emailKey, type Account } from '../model/Account';

/** The listed GoTo accounts, to be found by key and by address. */
export class AccountIndex {
  readonly #byKey = new Map<string, Account>();
  readonly #byEmail = new Map<string, Account[]>();

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) {
      this.#byKey.set(account.key, account);
      const own = this.#byEmail.get(emailKey(account.email));
      if (own === undefined) this.#byEmail.set(emailKey(account.email), [account]);
      else own.push(account);
    }
  }

  byKey(key: string): Account | undefined {
    return this.#byKey.get(key);
  }

  /** The linked account if it is still there, else the first that has one of the addresses, in order; 'absent' is proven by the complete list. */
  find(linkedKey: string | undefined, emails: readonly string[]): Account | 'absent' | 'ambiguous' {
    const linked = linkedKey === undefined ? undefined : this.#byKey.get(linkedKey);
    if (linked !== undefined) return linked;
    for (const email of emails) {
      const matches = this.#byEmail.get(emailKey(email)) ?? [];
      if (matches.length > 1) return 'ambiguous';
      if (matches[0] !== undefined) return matches[0];
    }
    return 'absent';
  }
}
