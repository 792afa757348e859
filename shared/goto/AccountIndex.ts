import { emailKey, type Account } from '../model/Account';

/** The listed GoTo accounts, to be found by key and by address. */
export class AccountIndex {
  readonly #byKey = new Map<string, Account>();
  readonly #byEmail = new Map<string, Account | readonly Account[]>();

  static async of(accounts: AsyncIterable<Account> | Iterable<Account>): Promise<AccountIndex> {
    const index = new AccountIndex();
    for await (const account of accounts) index.#add(account);
    return index;
  }

  #add(account: Account): void {
    this.#byKey.set(account.key, account);
    const address = emailKey(account.email);
    const known = this.#byEmail.get(address);
    this.#byEmail.set(address, known === undefined ? account : [...(isList(known) ? known : [known]), account]);
  }

  byKey(key: string): Account | undefined {
    return this.#byKey.get(key);
  }

  /** The linked account if it is still there, else the first that has one of the addresses, in order; 'absent' is proven by the complete list. */
  find(linkedKey: string | undefined, emails: readonly string[]): Account | 'absent' | 'ambiguous' {
    const linked = linkedKey === undefined ? undefined : this.#byKey.get(linkedKey);
    if (linked !== undefined) return linked;
    for (const email of emails) {
      const found = this.#byEmail.get(emailKey(email));
      if (found === undefined) continue;
      return isList(found) ? 'ambiguous' : found;
    }
    return 'absent';
  }
}

const isList = (value: Account | readonly Account[]): value is readonly Account[] => Array.isArray(value);
