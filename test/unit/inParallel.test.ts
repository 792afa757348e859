import { inParallel } from '../../shared/concurrency/inParallel';

const SOON = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('every item is worked on, never more than the limit at once', async () => {
  const done: number[] = [];
  let atWork = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    atWork += 1;
    most = Math.max(most, atWork);
    await SOON();
    atWork -= 1;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('the first failure is thrown, no item is begun behind it, and nobody is at work any more', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error('the first');
    await SOON();
    ended.push(item);
    if (item === 2) throw new Error('the second');
  };
  await expect(inParallel([1, 2, 3, 4, 5], 3, work)).rejects.toThrow('the first');
  expect([begun, ended]).toEqual([
    [1, 2, 3],
    [2, 3],
  ]);
});
