import type { Link } from '../model/Link';
import type { Reason } from '../model/Reason';
import type { LastWrite, ModifiedProperty } from '../store/IdentitiesTable';

/** What became of one person in one cycle. */
export interface Changed {
  readonly action: 'create' | 'link' | 'update' | 'disable' | 'reenable' | 'skip';
  readonly reason: Reason;
  readonly targetKey: string | null;
  readonly modified: readonly ModifiedProperty[];
  /** Something the admin should know though the change was made. */
  readonly warning: string | null;
}

/** The result of a write that was stored before. */
export const fromLast = (last: LastWrite, link: Link | undefined): Changed => ({
  action: last.action,
  reason: last.reason,
  targetKey: link?.key ?? null,
  modified: last.modified,
  warning: last.warning,
});

export const skip = (reason: Reason, link: Link | null | undefined): Changed => ({
  action: 'skip',
  reason,
  targetKey: link?.key ?? null,
  modified: [],
  warning: null,
});
