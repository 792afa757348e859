import { ReadableStream } from 'node:stream/web';
import { z } from 'zod';
import { readBody, readText } from '../../shared/api/readBody';
import { apiRequest, bodyOf } from '../support/apiRequest';

const LIMIT = 1_000;

/** A body in pieces of 100 bytes, and how many of them were taken. */
function pieces(count: number): { body: AsyncIterable<Uint8Array>; taken: () => number } {
  let taken = 0;
  function* body(): Generator<Uint8Array> {
    for (; taken < count;) {
      taken += 1;
      yield new Uint8Array(100).fill(0x61);
    }
  }
  return { body: ReadableStream.from(body()), taken: () => taken };
}

test('a body that says it is too large is refused before any of it is read', async () => {
  const { body, taken } = pieces(2);
  const request = { ...apiRequest(), body, header: (name: string) => (name === 'content-length' ? '1001' : null) };
  await expect(readText(request, LIMIT)).rejects.toMatchObject({ status: 413, code: 'BodyTooLarge' });
  expect(taken()).toBe(0);
});

test('one that says nothing is refused once too much has come, however much more there is', async () => {
  const { body, taken } = pieces(1_000_000);
  await expect(readText({ ...apiRequest(), body }, LIMIT)).rejects.toMatchObject({ status: 413 });
  expect(taken()).toBe(11);
});

test('one that is as large as may be is read whole, and letters that fall between pieces stay whole', async () => {
  expect(await readText({ ...apiRequest(), body: pieces(10).body }, LIMIT)).toHaveLength(LIMIT);
  const bytes = new TextEncoder().encode('Åsa Ünal 😀');
  const single = ReadableStream.from([...bytes].map((byte) => Uint8Array.of(byte)));
  expect(await readText({ ...apiRequest(), body: single }, LIMIT)).toBe('Åsa Ünal 😀');
  expect(await readText({ ...apiRequest(), body: null }, LIMIT)).toBe('');
});

test.each([
  ['a byte that no letter has', [0x22, 0xff, 0x22]],
  ['half a letter at the end', [0x22, 0xc3]],
])('one that is not UTF-8 is refused: %s', async (_what, bytes) => {
  const body = ReadableStream.from([Uint8Array.from(bytes)]);
  await expect(readText({ ...apiRequest(), body }, LIMIT)).rejects.toMatchObject({ status: 400, code: 'InvalidJson' });
});

test('one that is nested for harm is refused before anything walks it', async () => {
  const nested = (levels: number) => ({
    ...apiRequest(),
    body: bodyOf(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`),
  });
  const schema = z.strictObject({ a: z.unknown() });
  await expect(readBody(nested(30_000), schema)).rejects.toMatchObject({ status: 400, code: 'InvalidBody' });
  expect(await readBody(nested(90), schema)).toHaveProperty('a');
});
