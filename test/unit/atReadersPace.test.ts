/** A streamed answer is read as fast as its reader takes it, and no further than its reader stays. */
import { once } from 'node:events';
import { createServer, request as ask, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReadableStream } from 'node:stream/web';
import { answerOf, atReadersPace } from '../../functions/atReadersPace';

const never = (error: unknown): never => {
  throw error;
};

/** Many chunks, and how many of them were taken. */
function chunks(): { chunks: AsyncIterable<string>; taken: () => number } {
  let taken = 0;
  function* each(): Generator<string> {
    for (; taken < 1_000;) {
      taken += 1;
      yield 'x';
    }
  }
  return { chunks: ReadableStream.from(each()), taken: () => taken };
}

test('whose reader went away before the first chunk was there is not read', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = ask({ host: '127.0.0.1', port, headers: { 'x-ms-invocation-id': 'one' } }).on(
      'error',
      () => undefined,
    );
    const arrived = once(server, 'request');
    client.end();
    const response = (await arrived)[1] as ServerResponse;
    const reader = answerOf('one');
    expect(reader).toBe(response);
    const closed = once(response, 'close');
    client.destroy();
    await closed;
    expect(answerOf('one')).toBeUndefined();
    const { chunks: wanted, taken } = chunks();
    for await (const chunk of atReadersPace(reader, wanted, never)) throw new Error(`read: ${chunk.byteLength}`);
    expect(taken()).toBeLessThan(3);
  } finally {
    server.close();
  }
});
