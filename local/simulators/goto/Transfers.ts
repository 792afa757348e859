import type { NewAccount } from './GotoUser';

interface Transfer {
  /** The person's key in the other account; it stays theirs. */
  readonly key: string;
  readonly fields: NewAccount;
}

/** People with a profile in another GoTo account: who adds one sends an invitation, again with each try (goto-api.md 2.6). */
export class Transfers {
  readonly #open = new Map<string, Transfer>();
  readonly #mails = new Map<string, number>();

  /** Invitations sent, by address in lower case. */
  get mails(): ReadonlyMap<string, number> {
    return this.#mails;
  }

  /** @returns the person's key */
  invite(fields: NewAccount, newKey: () => string): string {
    const address = fields.email.toLowerCase();
    const transfer = this.#open.get(address) ?? { key: newKey(), fields };
    this.#open.set(address, transfer);
    this.#mails.set(address, (this.#mails.get(address) ?? 0) + 1);
    return transfer.key;
  }

  /** @throws RangeError when nobody was invited by that address */
  end(email: string): Transfer {
    const transfer = this.#open.get(email.toLowerCase());
    if (transfer === undefined) throw new RangeError(`no invitation to ${email}`);
    this.#open.delete(email.toLowerCase());
    return transfer;
  }
}
