import { escrowWait } from '../../shared/rules/escrowWait';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a person whose change keeps failing waits minutes, then hours, then a day at most', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => escrowWait('UnprocessableEntity', failures));
  expect(waits).toEqual([4 * MINUTE, 16 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR]);
});

test.each([
  ['LicenseLimitExceeded', 0],
  ['WriteNotVisible', 0],
  ['Conflict', HOUR],
  ['PendingTransfer', 6 * HOUR],
  ['CodeOfAnotherRelease', 24 * HOUR],
])('%s: never longer than what it waits for may take', (code, longest) => {
  for (let failures = 1; failures < 20; failures += 1) expect(escrowWait(code, failures)).toBeLessThanOrEqual(longest);
  expect(escrowWait(code, 50)).toBe(longest);
});
