/** I06: what an admin approved is done, or nothing. */
import { linkSchema } from '../../shared/model/Link';
import { planEntry, type PlanEntry } from '../../shared/model/PlanEntry';
import { prepare, type Prepared } from '../../shared/sync/apply/prepare';

const OURS = 'ours';
const account = {
  key: '1',
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Love',
  locale: null,
  timeZone: null,
  status: 'SUSPENDED',
  licenseKeys: [],
  groupKey: null,
  isAdmin: false,
  identityReadOnly: false,
};

const removal = (action: PlanEntry['action']): PlanEntry =>
  planEntry({
    sourceId: 'ada',
    kind: 'user',
    displayName: 'Ada',
    action,
    reason: 'DeletionDue',
    why: '',
    steps: [],
    targetId: account.key,
    removal: true,
    drops: [],
    desired: { kind: 'inactive', reason: 'Unassigned' },
    roleIds: [],
    proofGroupIds: [],
    observed: null,
    before: null,
    after: null,
    absentSince: null,
    factsAt: 0,
    mark: null,
    personEtag: null,
  });

/** What a lane makes of the row when it looks at the account. */
const made = (action: PlanEntry['action'], state: 'active' | 'disabled', licenseKeys: readonly string[]): Prepared =>
  prepare({
    entry: removal(action),
    link: linkSchema.parse({
      key: '1',
      state,
      applied: { ...account, licenseKeys, locale: undefined, timeZone: undefined },
    }),
    observed: { ...account, licenseKeys, status: licenseKeys.length > 0 ? 'ACTIVE' : 'SUSPENDED' },
    licensesOfRules: new Set([OURS]),
    driftPolicy: 'repair',
    withoutEmail: false,
  });

test('an approved deletion of an account that is in use again takes nothing from it', () => {
  expect(made('delete', 'disabled', [])).toMatchObject({ kind: 'write', draft: { kind: 'delete' } });
  expect(made('delete', 'active', [OURS])).toEqual({ kind: 'held', reason: 'RemovalNotPlanned' });
  expect(made('delete', 'disabled', [OURS])).toEqual({ kind: 'held', reason: 'RemovalNotPlanned' });
  expect(made('disable', 'active', [OURS])).toMatchObject({ kind: 'write', draft: { action: 'disable' } });
});
