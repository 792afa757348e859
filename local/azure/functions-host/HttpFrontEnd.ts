/** Routes, keys and bodies of HTTP-triggered functions, as Azure treats them. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionMetadata, HttpData } from './protocol';

/** The platform's own limit is 100 MB; nothing here needs a hundredth of it. In bytes. */
const MAX_BODY = 1_048_576;

interface Route {
  readonly functionName: string;
  readonly methods: readonly string[];
  readonly authLevel: string;
  readonly pattern: RegExp;
  readonly parameters: readonly string[];
  /** Literal segments first, then parameters: the more exact route wins. */
  readonly weight: number;
}

export interface HttpFrontEndOptions {
  readonly functions: readonly FunctionMetadata[];
  readonly routePrefix: string;
  readonly functionKey: string;
  readonly invoke: (functionName: string, request: HttpData) => Promise<HttpData | undefined>;
  /** POST /admin/functions/{name} starts a function by hand. @returns false when there is none */
  readonly startByHand: (functionName: string, input: string) => boolean;
}

export class HttpFrontEnd {
  readonly #routes: readonly Route[];
  readonly #server: Server;
  #port = 0;

  constructor(private readonly options: HttpFrontEndOptions) {
    this.#routes = options.functions
      .flatMap((one) => routeOf(one, options.routePrefix))
      .sort((a, b) => b.weight - a.weight);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => {
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  /** @throws the system error, such as EADDRINUSE */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://localhost:${this.port}`);
    const method = request.method ?? 'GET';
    const byHand = /^\/admin\/functions\/([A-Za-z0-9_-]+)$/.exec(url.pathname);
    if (byHand !== null) {
      if (!this.#hasKey(request, url)) response.writeHead(401).end();
      else if (method !== 'POST') response.writeHead(405).end();
      else response.writeHead(this.options.startByHand(byHand[1] ?? '', await textOf(request)) ? 202 : 404).end();
      return;
    }
    const matching = this.#routes.filter((route) => route.pattern.test(url.pathname));
    const route = matching.find((one) => one.methods.includes(method));
    if (route === undefined) {
      response.writeHead(matching.length === 0 ? 404 : 405).end();
      return;
    }
    if (route.authLevel !== 'anonymous' && !this.#hasKey(request, url)) {
      response.writeHead(401).end();
      return;
    }
    const body = await bytesOf(request);
    if (body === undefined) {
      response.writeHead(413).end();
      return;
    }
    const found = route.pattern.exec(url.pathname) ?? [];
    const nullable = (entries: Iterable<readonly [string, string]>) =>
      Object.fromEntries([...entries].map(([key, value]) => [key, { value }]));
    const headers = Object.entries(request.headers).map(
      ([key, value]) => [key, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const,
    );
    const answer = await this.options.invoke(route.functionName, {
      method,
      url: url.href,
      nullableHeaders: nullable(headers),
      nullableQuery: nullable(url.searchParams),
      nullableParams: nullable(
        route.parameters.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')] as const),
      ),
      body: { bytes: body },
    });
    response.writeHead(Number(answer?.statusCode ?? 200), { ...answer?.headers });
    response.end(answer?.body?.bytes ?? answer?.body?.string ?? '');
  }

  #hasKey(request: IncomingMessage, url: URL): boolean {
    const header = request.headers['x-functions-key'];
    const given = Buffer.from((Array.isArray(header) ? header[0] : header) ?? url.searchParams.get('code') ?? '');
    const wanted = Buffer.from(this.options.functionKey);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

function routeOf(metadata: FunctionMetadata, prefix: string): Route[] {
  const binding = Object.values(metadata.bindings).find((one) => one.type === 'httpTrigger');
  if (binding === undefined) return [];
  const path = `/${[prefix, textOption(binding['route'], metadata.name)].filter(Boolean).join('/')}`;
  const parameters: string[] = [];
  const pattern = path.split('/').map((segment) => {
    const [, isRest, name] = /^\{(\*?)(\w+)\??\}$/.exec(segment) ?? [];
    if (name === undefined) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    parameters.push(name);
    return isRest === '*' ? '?((?<=/).*|)' : '([^/]+)';
  });
  return [
    {
      functionName: metadata.name,
      methods: ((binding['methods'] ?? ['GET', 'POST']) as readonly string[]).map((one) => one.toUpperCase()),
      // The library's own default is anonymous.
      authLevel: textOption(binding['authLevel'], 'anonymous'),
      pattern: new RegExp(`^${pattern.join('/')}/?$`, 'i'),
      parameters,
      weight: path.split('/').length - parameters.length / 10,
    },
  ];
}

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

const textOption = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
