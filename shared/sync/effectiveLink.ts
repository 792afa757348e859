import type { Observed } from '../model/decide';
import type { Link } from '../model/Link';

/** A link to a key other than the account found holds no longer: the linked account is gone and another has the address. */
export const effectiveLink = (link: Link | undefined, observed: Observed): Link | undefined =>
  typeof observed === 'object' && link !== undefined && link.key !== observed.key ? undefined : link;
