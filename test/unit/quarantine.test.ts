import { hasFailedAgain, isFailing, isTargetFault, quarantineWait } from '../../shared/rules/quarantine';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const health = (faults: number, answered: number, repeated = 0) => ({ faults, answered, repeated });

test.each([
  [health(2, 0), false],
  [health(3, 0), true],
  [health(3, 2), true],
  [health(3, 3), false],
  [health(50, 60), false],
  [health(5_000, 4_999), true],
])('%j of those who were tried: %s', (target, is) => {
  expect(isFailing(target)).toBe(is);
});

test('whoever failed before is no reason, however few others are tried', () => {
  expect(isFailing(health(0, 0, 40))).toBe(false);
});

test('an attempt has failed when all who were tried did; one without anybody to try has not', () => {
  expect(hasFailedAgain(health(0, 0, 1))).toBe(true);
  expect(hasFailedAgain(health(4, 1))).toBe(false);
  expect(hasFailedAgain(health(0, 0))).toBe(false);
});

test('the waits are a quarter of what it has lasted, four minutes at least and a day at most', () => {
  expect([0, HOUR_MS, 24 * HOUR_MS, 400 * HOUR_MS].map((ms) => quarantineWait(ms) / MINUTE_MS)).toEqual([
    4, 15, 360, 1_440,
  ]);
});

test('what is wrong with a person is no fault of GoTo', () => {
  expect(['InternalServerError', 'InsufficientRights', 'Timeout'].map(isTargetFault)).toEqual([true, true, true]);
  expect(['Conflict', 'LicenseLimitExceeded', 'UnprocessableEntity', null].map(isTargetFault)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
