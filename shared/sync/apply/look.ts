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

/**
 * Looks at the person's account: by key, and when GoTo does not know that, by every address. A refusal by key proves
 * nothing by itself (goto-api.md 2.11); an empty answer to a search that works does.
 *
 * @param addresses in order of precedence: the first match ends the search
 * @throws ConnectorError DuplicateTargetEntries, or whatever GoTo answers
 */
export async function look(
  { accounts }: WithTarget,
  link: Link | null,
  addresses: readonly string[],
  caller: Caller,
): Promise<Account | 'absent'> {
  if (link !== null) {
    try {
      return await accounts.get(link.key, caller);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== 'NotFound') throw error;
    }
  }
  const all = [...(link === null ? [] : [link.applied.email]), ...addresses].filter((address) => address !== '');
  for (const address of new Map(all.map((one) => [emailKey(one), one])).values()) {
    const found = await accounts.findByEmail(address, caller);
    if (found.length > 1) throw ambiguous();
    if (found[0] !== undefined) return found[0];
  }
  return 'absent';
}
