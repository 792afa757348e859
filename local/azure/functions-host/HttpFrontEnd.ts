/** Routes, keys and bodies of HTTP-triggered functions, as Azure treats them. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwardHttp, type StreamedInvocation } from './forwardHttp';
import { HttpRoutes } from './HttpRoutes';
import type { FunctionMetadata, HttpData, TypedData } from './protocol';
import { setCookie } from './setCookie';
import { WrongKeys } from './WrongKeys';

/** FUNCTIONS_REQUEST_BODY_SIZE_LIMIT of the platform, in bytes. The product's own limits are far below it. */
const MAX_BODY = 104_857_600;

export interface HttpFrontEndOptions {
  readonly routePrefix: string;
  readonly functionKey: string;
  readonly invoke: (functionName: string, request: HttpData) => Promise<HttpData | undefined>;
  /** Begins an invocation that takes its request as a stream; undefined where the app wants none. */
  readonly stream: (
    functionName: string,
    metadata: Readonly<Record<string, TypedData>>,
  ) => Promise<StreamedInvocation | undefined>;
  /** POST /admin/functions/{name} starts a function by hand. @returns false when there is none */
  readonly startByHand: (functionName: string, input: string) => boolean;
}

export class HttpFrontEnd {
  #routes: HttpRoutes | undefined;
  readonly #server: Server;
  readonly #wrongKeys = new WrongKeys();
  #port = 0;

  constructor(private readonly options: HttpFrontEndOptions) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => {
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  /** Takes the port, and answers 503 until `open`. @throws the system error, such as EADDRINUSE */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** @throws Error for a route this host cannot read, or one that two functions have */
  open(functions: readonly FunctionMetadata[]): void {
    this.#routes = new HttpRoutes(functions, this.options.routePrefix);
  }

  get port(): number {
    return this.#port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeIdleConnections();
    });
  }

  /** Breaks off what is still being answered, or asked. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A path such as "//" is no address by itself, so it is not read relative to one.
    const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
    const query = new URLSearchParams(search);
    const method = request.method ?? 'GET';
    const byHand = /^\/admin\/functions\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
    if (byHand !== undefined) {
      if (!this.#hasKey(request, query)) return this.#refuse(request, query, response);
      response.writeHead(await this.#startByHand(byHand, method, request)).end();
      return;
    }
    if (this.#routes === undefined) {
      response.writeHead(503).end();
      return;
    }
    const route = this.#routes.find(method, path);
    if (route === undefined) {
      // Also for a method that no function takes: azure-functions-host #10098, #11625.
      response.writeHead(404).end();
      return;
    }
    if (route.authLevel !== 'anonymous' && !this.#hasKey(request, query)) return this.#refuse(request, query, response);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) {
      response.writeHead(413).end();
      return;
    }
    const headers = Object.entries(request.headers).map(
      ([key, value]) => [key, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const,
    );
    const streamed = await this.options.stream(route.functionName, {
      ...Object.fromEntries(Object.entries(route.parameters).map(([name, value]) => [name, { string: value }])),
      Headers: { json: JSON.stringify(Object.fromEntries(headers)) },
      Query: { json: JSON.stringify(Object.fromEntries(query)) },
    });
    if (streamed !== undefined) return forwardHttp(request, response, streamed, `localhost:${this.port}`);
    const body = await bytesOf(request);
    if (body === undefined) {
      response.writeHead(413).end();
      return;
    }
    const answer = await this.options.invoke(route.functionName, {
      method,
      url: `http://localhost:${this.port}${request.url ?? '/'}`,
      nullableHeaders: nullable(headers),
      // One that is given twice comes as "1,2", as from the real host.
      nullableQuery: nullable([...new Set(query.keys())].map((key) => [key, query.getAll(key).join(',')] as const)),
      nullableParams: nullable(Object.entries(route.parameters)),
      body: { bytes: body },
    });
    response.writeHead(Number(answer?.statusCode ?? 200), {
      ...answer?.headers,
      ...(answer?.cookies === undefined ? {} : { 'set-cookie': answer.cookies.map(setCookie) }),
    });
    response.end(answer?.body?.bytes ?? answer?.body?.string ?? '');
  }

  /** @returns the status */
  async #startByHand(name: string, method: string, request: IncomingMessage): Promise<404 | 202> {
    if (method !== 'POST') return 404;
    return this.options.startByHand(name, inputOf(await textOf(request))) ? 202 : 404;
  }

  #hasKey(request: IncomingMessage, query: URLSearchParams): boolean {
    const given = Buffer.from(givenKey(request, query));
    const wanted = Buffer.from(this.options.functionKey);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Whoever guesses keys is kept waiting; who forgot it is not. */
  async #refuse(request: IncomingMessage, query: URLSearchParams, response: ServerResponse): Promise<void> {
    const isGuess = givenKey(request, query) !== '';
    const delay = isGuess ? this.#wrongKeys.delayOf(request.socket.remoteAddress ?? '', Date.now()) : 0;
    if (delay === undefined) {
      response.writeHead(429, { 'retry-after': '5' }).end();
      return;
    }
    if (delay > 0) await sleep(delay, undefined, { ref: false });
    response.writeHead(401).end();
  }
}

function givenKey(request: IncomingMessage, query: URLSearchParams): string {
  const header = request.headers['x-functions-key'];
  return (Array.isArray(header) ? header[0] : header) ?? query.get('code') ?? '';
}

const nullable = (entries: Iterable<readonly [string, string]>) =>
  Object.fromEntries([...entries].map(([key, value]) => [key, { value }]));

/** @returns undefined when the body is too large */
async function bytesOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk as Buffer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

const textOf = async (request: IncomingMessage): Promise<string> =>
  Buffer.from((await bytesOf(request)) ?? new Uint8Array()).toString('utf8');

/** The admin route takes `{ "input": "…" }`; a text without it is taken as it is. */
function inputOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    const input: unknown = typeof body === 'object' && body !== null && 'input' in body ? body.input : undefined;
    return typeof input === 'string' ? input : text;
  } catch {
    return text;
  }
}
