import { Together } from '../../shared/concurrency/Together';

/** Answers when told to, and remembers what was asked at once. */
function slow() {
  const asked: (readonly string[])[] = [];
  const waiting: (() => void)[] = [];
  const together = new Together<string, string>(async (questions) => {
    await new Promise<void>((go) => waiting.push(go));
    asked.push([...questions]);
    return (question) => question.toUpperCase();
  });
  return { asked, together, goOn: () => waiting.shift()?.() };
}
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

test('what is asked while one is answered is answered by the next, at once', async () => {
  const { asked, together, goOn } = slow();
  const first = together.ask('a');
  await turn();
  const rest = ['b', 'c', 'c'].map((one) => together.ask(one));
  await turn();
  goOn();
  expect(await first).toBe('A');
  await turn();
  goOn();
  expect(await Promise.all(rest)).toEqual(['B', 'C', 'C']);
  expect(asked).toEqual([['a'], ['b', 'c']]);
});

test('one that fails takes nobody along who asked later', async () => {
  let isBroken = true;
  const together = new Together<number, number>(() => {
    if (isBroken) throw new Error('down');
    return Promise.resolve((one) => one + 1);
  });
  await expect(together.ask(1)).rejects.toThrow('down');
  isBroken = false;
  expect(await together.ask(1)).toBe(2);
});
