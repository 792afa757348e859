import fc from 'fast-check';
import { isDeclined, type Account } from '../../shared/model/Account';
import { decide, type DecisionPolicy } from '../../shared/rules/decide';
import { licensesAfter } from '../../shared/rules/differences';
import type { Desired, DesiredActive } from '../../shared/model/Desired';
import type { Link } from '../../shared/model/Link';

const MANAGED = ['m1', 'm2'];
const policy = (driftPolicy: DecisionPolicy['driftPolicy'] = 'repair'): DecisionPolicy => ({
  managedLicenseKeys: new Set(MANAGED),
  driftPolicy,
  isDeletionDue: false,
});

const name = fc.constantFrom('Ada', 'Bo', 'Cy');
const licenses = fc.uniqueArray(fc.constantFrom('m1', 'm2', 'x1', 'x2'));
const account: fc.Arbitrary<Account> = fc.record({
  key: fc.constantFrom('1', '2'),
  email: fc.constantFrom('a@example.com', 'A@Example.com', 'b@example.com'),
  firstName: name,
  lastName: name,
  locale: fc.constantFrom(null, 'en_US', 'de_DE'),
  timeZone: fc.constant(null),
  status: fc.constantFrom('ACTIVE', 'INVITED', 'SUSPENDED', 'SOMETHING_NEW'),
  licenseKeys: licenses,
  groupKey: fc.constant(null),
  isAdmin: fc.boolean(),
  identityReadOnly: fc.boolean(),
});
const active: fc.Arbitrary<DesiredActive> = fc.record({
  kind: fc.constant('active' as const),
  attributes: fc.record({
    email: fc.constantFrom('a@example.com', 'b@example.com'),
    firstName: name,
    lastName: name,
    locale: fc.constantFrom('en_US', undefined),
  }),
  licenseKeys: fc.uniqueArray(fc.constantFrom(...MANAGED)),
});
const desired: fc.Arbitrary<Desired> = fc.oneof(
  active,
  fc.constant({ kind: 'inactive', reason: 'Unassigned' } as const),
  fc.constant({ kind: 'leave', reason: 'Protected' } as const),
);
const link: fc.Arbitrary<Link | undefined> = fc.option(
  fc.record({
    key: fc.constant('1'),
    origin: fc.constantFrom('created' as const, 'adopted' as const),
    state: fc.constantFrom('active' as const, 'disabled' as const),
    disabledAt: fc.constant(null),
    applied: fc.record({ email: fc.constant('a@example.com'), firstName: name, lastName: name, licenseKeys: licenses }),
    given: fc.constant([]),
    roleIds: fc.constant([]),
    repairs: fc.constant({}),
  }),
  { nil: undefined },
);
const observed = fc.oneof(account, fc.constantFrom('absent' as const, 'unknown' as const));
const drift = fc.constantFrom('report' as const, 'repair' as const);

test('I07: an administrator and an account without link that nobody is entitled to are never written to', () => {
  fc.assert(
    fc.property(desired, link, observed, drift, (wanted, tie, seen, driftPolicy) => {
      const decision = decide(wanted, tie, seen, policy(driftPolicy));
      if (typeof seen === 'object' && seen.isAdmin) expect(decision.action).toBe('skip');
      if (tie === undefined && wanted.kind !== 'active') expect(decision.action).toBe('skip');
      if (decision.action === 'unlink') expect(seen).toBe('absent');
    }),
  );
});

test('I17: whoever is to be left alone is left alone', () => {
  fc.assert(
    fc.property(link, observed, drift, (tie, seen, driftPolicy) => {
      expect(decide({ kind: 'leave', reason: 'Protected' }, tie, seen, policy(driftPolicy)).action).toBe('skip');
    }),
  );
});

test('I10: applying a decision once leaves nothing to do', () => {
  fc.assert(
    fc.property(active, account, (wanted, seen) => {
      fc.pre(!seen.isAdmin && !isDeclined(seen));
      const tie: Link = {
        key: seen.key,
        origin: 'adopted',
        state: 'active',
        disabledAt: null,
        applied: { ...seen, locale: seen.locale ?? undefined, timeZone: undefined },
        given: [],
        roleIds: [],
        repairs: {},
      };
      const first = decide(wanted, tie, seen, policy());
      if (first.action !== 'update') return;
      const written = { ...seen, ...first.changes };
      // GoTo suspends and wakes by the licences (goto-api.md 2.6).
      const after: Account = { ...written, status: written.licenseKeys.length > 0 ? 'ACTIVE' : 'SUSPENDED' };
      expect(
        decide(
          wanted,
          { ...tie, applied: { ...after, locale: after.locale ?? undefined, timeZone: undefined } },
          after,
          policy(),
        ),
      ).toMatchObject({ action: 'skip', reason: 'RedundantExport' });
    }),
  );
});

test('licences that are not managed always stay, whatever is wanted', () => {
  fc.assert(
    fc.property(licenses, licenses, (current, wanted) => {
      const own = wanted.filter((key) => MANAGED.includes(key));
      const after = licensesAfter(own, current, new Set(MANAGED));
      expect(after.filter((key) => !MANAGED.includes(key))).toEqual(current.filter((key) => !MANAGED.includes(key)));
      expect(after.filter((key) => MANAGED.includes(key)).sort()).toEqual([...own].sort());
    }),
  );
});

test('drift is only reported when the policy says so', () => {
  const wanted = {
    kind: 'active',
    attributes: { email: 'a@example.com', firstName: 'Ada', lastName: 'Bo' },
    licenseKeys: ['m1'],
  } as const;
  const tie: Link = {
    key: '1',
    origin: 'created',
    state: 'active',
    disabledAt: null,
    applied: { ...wanted.attributes, licenseKeys: ['m1'] },
    given: [],
    roleIds: [],
    repairs: {},
  };
  const seen: Account = {
    key: '1',
    email: 'a@example.com',
    firstName: 'By hand',
    lastName: 'Bo',
    locale: null,
    timeZone: null,
    status: 'ACTIVE',
    licenseKeys: ['m1'],
    groupKey: null,
    isAdmin: false,
    identityReadOnly: false,
  };
  expect(decide(wanted, tie, seen, policy('report'))).toEqual({
    action: 'skip',
    reason: 'DriftReported',
    left: { firstName: 'Ada' },
  });
  expect(decide(wanted, tie, seen, policy('repair'))).toEqual({
    action: 'update',
    reason: 'Drift',
    changes: { firstName: 'Ada' },
    undone: ['firstName'],
    left: {},
  });
});

test('deleted is only what we disabled before, whom nobody wants, and what GoTo shows as suspended and empty', () => {
  let deletions = 0;
  fc.assert(
    fc.property(desired, link, observed, drift, (wanted, tie, seen, driftPolicy) => {
      const due: DecisionPolicy = { ...policy(driftPolicy), isDeletionDue: true };
      expect(decide(wanted, tie, seen, policy(driftPolicy)).action).not.toBe('delete');
      if (decide(wanted, tie, seen, due).action !== 'delete') return;
      deletions += 1;
      expect([wanted.kind, tie?.state]).toEqual(['inactive', 'disabled']);
      if (typeof seen === 'object')
        expect(seen).toMatchObject({ status: 'SUSPENDED', licenseKeys: [], isAdmin: false });
      else expect([seen, tie?.applied.licenseKeys]).toEqual(['unknown', []]);
    }),
    { numRuns: 2_000 },
  );
  expect(deletions).toBeGreaterThan(0);
});
