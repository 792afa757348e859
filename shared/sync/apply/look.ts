import type { Caller } from '../../goto/GotoClient';
import type { Account } from '../../model/Account';
import { emailKey } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import type { Link } from '../../model/Link';
import type { WithTarget } from '../Engine';

/** Nobody can say which of several accounts is the person's. */
export const ambiguous = (): ConnectorError =>
  new ConnectorError('More than one GoTo account has the address of this person. Remove all but one in GoTo.', {
    code: 'DuplicateTargetEntries',
    sent: true,
    repeatable: false,
    scope: 'object',
  });

/** One place where the account was looked for. */
export interface Tried {
  readonly attribute: 'key' | 'email';
  readonly value: string;
  /** Accounts found there. */
  readonly found: number;
}

/** What was found, and on which way. */
export interface Search {
  readonly observed: Account | 'absent' | 'ambiguous';
  readonly tried: readonly Tried[];
}

/**
 * Looks for the person's account: by key, and when GoTo does not know that, by every address. A refusal by key proves
 * nothing by itself (goto-api.md 2.11); an empty answer to a search that works does.
 *
 * @param addresses in order of precedence: the first match ends the search
 * @throws ConnectorError, whatever GoTo answers
 */
export async function searchAccount(
  { accounts }: WithTarget,
  link: Link | null,
  addresses: readonly string[],
  caller: Caller,
): Promise<Search> {
  const tried: Tried[] = [];
  if (link !== null) {
    try {
      const observed = await accounts.get(link.key, caller);
      return { observed, tried: [{ attribute: 'key', value: link.key, found: 1 }] };
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'NotFound') throw error;
      tried.push({ attribute: 'key', value: link.key, found: 0 });
    }
  }
  const all = [...(link === null ? [] : [link.applied.email]), ...addresses].filter((address) => address !== '');
  for (const address of new Map(all.map((one) => [emailKey(one), one])).values()) {
    const found = await accounts.findByEmail(address, caller);
    tried.push({ attribute: 'email', value: address, found: found.length });
    if (found.length > 1) return { observed: 'ambiguous', tried };
    if (found[0] !== undefined) return { observed: found[0], tried };
  }
  return { observed: 'absent', tried };
}

/**
 * The account right before a write: `searchAccount`, where nobody can say which of several is the person's.
 * @throws ConnectorError DuplicateTargetEntries, or whatever GoTo answers
 */
export async function look(
  engine: WithTarget,
  link: Link | null,
  addresses: readonly string[],
  caller: Caller,
): Promise<Account | 'absent'> {
  const { observed } = await searchAccount(engine, link, addresses, caller);
  if (observed === 'ambiguous') throw ambiguous();
  return observed;
}
