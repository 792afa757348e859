/** Hands a request on to the worker's own HTTP server and its answer back, as the real host does for an app that streams (local-stack.md 3). */
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** An invocation that takes its request, and answers, by HTTP. */
export interface StreamedInvocation {
  readonly id: string;
  /** Of the worker's server. */
  readonly address: string;
  /** When the function has ended; rejects when it failed. */
  readonly ended: Promise<unknown>;
}

/** They are about one connection, not about the request (RFC 9110, 7.6.1). */
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'host']);

/** @param host what the client called this host */
export async function forwardHttp(
  request: IncomingMessage,
  response: ServerResponse,
  { id, address, ended }: StreamedInvocation,
  host: string,
): Promise<void> {
  const { hostname, port } = new URL(address);
  // A connection of its own: one that was used before may just be being closed. And kept alive: a server that is to close
  // it does so before a large body, which it answered unread, has come.
  const agent = new Agent({ keepAlive: true });
  const upstream = httpRequest({
    agent,
    hostname,
    port,
    path: request.url,
    method: request.method,
    headers: {
      ...passedOn(request.headers),
      'x-ms-invocation-id': id,
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve).once('error', reject);
  });
  // Whoever goes away is no longer answered: the function sees its connection close. But first it gets the request, for
  // which it would wait until its time is over (azure-functions-nodejs-library, waitForProxyRequest).
  const hasBody = 'transfer-encoding' in request.headers || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody) upstream.flushHeaders();
  const arrived = new Promise<void>((resolve) => {
    upstream.once('socket', (socket) => socket.once('connect', () => setImmediate(resolve)));
  });
  response.once('close', () => {
    void arrived.then(() => {
      upstream.destroy();
      agent.destroy();
    });
  });
  ended.catch(() => upstream.destroy(new Error('The invocation failed.')));
  request.pipe(upstream);
  try {
    const answer = await answered;
    response.writeHead(answer.statusCode ?? 500, passedOn(answer.headers));
    // What was answered before it was read is read to its end, so that the client reads the answer.
    request.unpipe(upstream).resume();
    await pipeline(answer, response);
  } catch {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  }
  await ended.catch(() => undefined);
}

const passedOn = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_CONNECTION.has(name)));
