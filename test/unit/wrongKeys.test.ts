import { WrongKeys } from '../../local/azure/functions-host/WrongKeys';

test('whoever guesses keys waits longer and longer, then is not listened to; others are not concerned', () => {
  const keys = new WrongKeys();
  const guess = (address: string, nowMs: number) => keys.delayOf(address, nowMs);
  expect([1, 2, 3, 4, 5].map(() => guess('a', 0))).toEqual([0, 0, 0, 0, 0]);
  expect([guess('a', 0), guess('a', 0), guess('a', 100)]).toEqual([200, 400, 500]);
  expect(guess('b', 0)).toBe(0);
  const answers = Array.from({ length: 1_000 }, () => guess('a', 100));
  expect(answers.filter((delay) => delay !== undefined)).toHaveLength(22);
  expect(guess('a', 100)).toBeUndefined();
  // Those that wait go on one by one: five a second, whatever is tried.
  expect([guess('a', 400), guess('a', 400)]).toEqual([4_800, 5_000]);
  expect(guess('a', 400)).toBeUndefined();
  expect(guess('a', 70_000)).toBe(0);
});
