/**
 * The library writes a streamed body without waiting for its reader, so that a slow one has all of it kept in memory, and
 * does not tell when the reader is gone or the body fails: then the answer never ends (azure-functions-nodejs-library
 * #294, #324). Node itself says which answer is written to: the body is held back, and the answer broken off, by that.
 */
import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';

/** The answers that are open, by invocation. */
const open = new Map<string, ServerResponse>();

subscribe('http.server.request.start', (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message) || !('response' in message)) return;
  const { request, response } = message;
  const id = request instanceof IncomingMessage ? request.headers['x-ms-invocation-id'] : undefined;
  if (typeof id !== 'string' || !isAnswer(response)) return;
  open.set(id, response);
  response.once('close', () => open.delete(id));
});

const isAnswer = (value: unknown): value is ServerResponse => value instanceof ServerResponse;

/**
 * Where the answer of an invocation is written to. Asked for before the work: a reader who goes away meanwhile is forgotten.
 * @returns undefined for a host that does not stream
 */
export const answerOf = (invocationId: string): ServerResponse | undefined => open.get(invocationId);

/**
 * The chunks as bytes, the next one when the reader has taken the last; no more of them when the reader is gone.
 * @param response of `answerOf`
 * @param failed told of an error of the chunks; the answer is broken off, so that nobody takes it for whole
 */
export async function* atReadersPace(
  response: ServerResponse | undefined,
  chunks: AsyncIterable<string>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for await (const chunk of chunks) {
      if (response?.destroyed === true) return;
      yield encoder.encode(chunk);
      if (response?.writableNeedDrain === true) await drained(response);
    }
  } catch (error) {
    failed(error);
    response?.destroy();
    throw error;
  }
}

/** When the reader has taken what was written, or is gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
