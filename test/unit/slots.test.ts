import { lanesFor, peopleAtOnce } from '../../shared/sync/cycle/slots';
import { DEFAULT_TIMING, type WithClock, type WithSettings } from '../../shared/sync/Engine';

const engine = (ratePerSecond: number, lanes: number): WithClock & WithSettings => ({
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  timing: DEFAULT_TIMING,
  policy: {
    enterpriseApp: 'app',
    roleEntitlements: {},
    provisionDefaultAccess: false,
    expandNestedGroups: false,
    scope: 'assigned',
    provisionGroups: false,
    skipOutOfScopeDeletions: false,
    deleteAfterMs: null,
    driftPolicy: 'repair',
    protectedUsers: [],
  },
  removalLimit: { count: 50, percent: 10 },
  lanes,
  createBatchSize: 20,
  ratePerSecond,
  signInWithEntra: false,
  signInProblem: undefined,
  schedule: '',
  fullSchedule: '',
  logRetentionDays: 400,
  startWithPlan: false,
  planMaxAgeHours: 24,
  seatsWarning: { count: 0 },
});

test('whatever the rate and the lanes: everybody at work has a slot to look and one to write while the look is good', () => {
  for (const rate of [0.2, 0.5, 1, 2, 3, 5, 8, 10, 100, 1_000])
    for (const lanes of [1, 2, 8, 64]) {
      const own = engine(rate, lanes);
      const used = lanesFor(own);
      const slotMs = (used * 1_000) / rate;
      expect(used).toBeLessThanOrEqual(lanes);
      expect(2 * peopleAtOnce(own, used) * slotMs).toBeLessThanOrEqual(DEFAULT_TIMING.lookLifeMs);
    }
});

test('at the documented rate nothing is given up: eight lanes, four people each', () => {
  expect(lanesFor(engine(8, 8))).toBe(8);
  expect(peopleAtOnce(engine(8, 8), 8)).toBe(4);
});
