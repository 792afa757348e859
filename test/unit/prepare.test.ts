/** I06: what an admin approved is done, or nothing; and what stays known of an account whose tie was forgotten. */
import { linkSchema } from '../../shared/model/Link';
import { planEntry, type PlanEntry } from '../../shared/model/PlanEntry';
import { prepare, type Prepared } from '../../shared/sync/apply/prepare';

const OURS = 'ours';
const FORMER = 'former';
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

const tie = (more: { readonly state: string; readonly licenseKeys: readonly string[]; readonly given?: string[] }) =>
  linkSchema.parse({
    key: account.key,
    ...more,
    applied: { ...account, licenseKeys: more.licenseKeys, locale: undefined, timeZone: undefined },
  });

/** What a lane makes of the row when it looks at the account. */
const made = (action: PlanEntry['action'], state: 'active' | 'disabled', licenseKeys: readonly string[]): Prepared =>
  prepare({
    entry: removal(action),
    link: tie({ state, licenseKeys }),
    untied: null,
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

test('licences that were given by a tie that a restart has forgotten stay known as given, of that account alone', () => {
  const { email, firstName, lastName } = account;
  const linked = (untied: ReturnType<typeof tie>): Prepared =>
    prepare({
      entry: planEntry({
        ...removal('create'),
        removal: false,
        desired: { kind: 'active', attributes: { email, firstName, lastName }, licenseKeys: [OURS] },
      }),
      link: null,
      untied,
      observed: { ...account, status: 'ACTIVE', licenseKeys: [FORMER, OURS] },
      licensesOfRules: new Set([OURS]),
      driftPolicy: 'repair',
      withoutEmail: false,
    });
  const untied = tie({ state: 'active', licenseKeys: [FORMER], given: [FORMER] });
  expect(linked(untied)).toMatchObject({ kind: 'link', link: { given: [FORMER, OURS] } });
  expect(linked({ ...untied, key: '2' })).toMatchObject({ kind: 'link', link: { given: [OURS] } });
});
