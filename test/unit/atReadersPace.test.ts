import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf, atReadersPace } from '../../functions/atReadersPace';

const CHUNK = 'x'.repeat(100_000);
/** 100 MB: more than any buffer between writer and reader holds. */
const CHUNKS = 1_000;

let server: Server;
let given: number;
let failure: unknown;
/** When the answer has been written, or given up. */
let written: Promise<void>;
let breaksAfter: number;
/** What is done before there is anything to write. */
let work: (response: ServerResponse) => Promise<unknown>;

async function* chunks(): AsyncGenerator<string> {
  for (; given < CHUNKS;) {
    if (given === breaksAfter) throw new Error('Table Storage is gone');
    given += 1;
    await Promise.resolve();
    yield CHUNK;
  }
}

beforeEach(async () => {
  work = () => Promise.resolve();
  [given, failure, breaksAfter] = [0, undefined, Number.POSITIVE_INFINITY];
  // As the library answers: each piece is written whether or not the one before has been read.
  server = createServer((request, response) => {
    const id = String(request.headers['x-ms-invocation-id']);
    const reader = answerOf(id);
    written = (async () => {
      await work(response);
      for await (const piece of atReadersPace(reader, chunks(), (error) => (failure = error))) response.write(piece);
      response.end();
    })();
    written.catch(() => undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => void server.close(resolve)));

const asked = (): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    get({ port, agent: false, headers: { 'x-ms-invocation-id': 'one' } }, resolve).once('error', reject);
  });
const untilStill = async (): Promise<number> => {
  for (let before = -1; before !== given;) {
    before = given;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return given;
};

test('a reader who stops is waited for, then gets all of it', async () => {
  const answer = await asked();
  expect(await untilStill()).toBeLessThan(CHUNKS / 4);
  let bytes = 0;
  for await (const piece of answer) bytes += (piece as Buffer).length;
  expect(bytes).toBe(CHUNKS * CHUNK.length);
});

test('for a reader who has gone nothing more is read', async () => {
  const answer = await asked();
  await untilStill();
  answer.destroy();
  await written;
  expect(given).toBeLessThan(CHUNKS / 4);
});

test('what fails on the way is broken off: nobody takes it for whole', async () => {
  breaksAfter = 3;
  const answer = await asked();
  const read = new Promise((resolve, reject) => void answer.once('end', resolve).once('error', reject).resume());
  await expect(read).rejects.toThrow('aborted');
  expect(failure).toMatchObject({ message: 'Table Storage is gone' });
  await expect(written).rejects.toThrow('Table Storage is gone');
});

test('for one who has gone before the first piece is there nothing is read', async () => {
  const begun = new Promise<void>((resolve) => {
    work = (response) => {
      resolve();
      return once(response, 'close');
    };
  });
  const { port } = server.address() as AddressInfo;
  const question = get({ port, agent: false, headers: { 'x-ms-invocation-id': 'one' } }).on('error', () => undefined);
  await begun;
  question.destroy();
  await written;
  expect(given).toBeLessThan(3);
});
