/**
 * The HTTP frame of the simulators: routing by the simulator, a log of requests, and faults on demand.
 * The fault and state API lies under /_simulator, for tests and for curious people.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { Overlaps, type OpenRequest } from './Overlaps';

export interface SimRequest {
  readonly method: string;
  readonly url: URL;
  /** The query as sent: `+` and `%20` are still apart. */
  readonly rawQuery: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface SimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Already encoded. */
  readonly text?: string;
}

const faultSchema = z.object({
  /** A regular expression on "METHOD /path?query". */
  match: z.string().default('.'),
  /** How many requests it hits; then it is used up. */
  times: z.number().int().positive().default(1),
  /** Requests that match are let through before it begins. */
  after: z.number().int().min(0).default(0),
  kind: z.enum(['status', 'drop', 'commitThenDrop', 'commitThenStatus', 'html']),
  status: z.number().int().default(503),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
});

export type Fault = z.input<typeof faultSchema>;

interface ArmedFault extends z.output<typeof faultSchema> {
  readonly pattern: RegExp;
  seen: number;
  fired: number;
}

export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export abstract class SimulatedServer {
  readonly requests: LoggedRequest[] = [];
  #faults: ArmedFault[] = [];
  #server: Server | undefined;
  /** Added to every answer, in real ms. */
  latencyMs = 0;
  readonly #overlaps = new Overlaps();

  protected abstract now(): number;
  protected abstract answer(request: SimRequest): SimResponse | Promise<SimResponse>;
  /** What GET /_simulator/state shows. */
  protected abstract state(): unknown;

  /** Whether the request never gets an answer: its connection is dropped. */
  protected isLost?(request: SimRequest): boolean;

  /** What a write is about, for `overlaps`. */
  protected subjectsOf?(request: SimRequest): readonly string[];

  /** How often two writes about one subject were open at the same time. With `latencyMs` they are open for longer. */
  get overlaps(): number {
    return this.#overlaps.count;
  }

  async start(port = 0): Promise<this> {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server.keepAliveTimeout = 30_000;
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  /** By which it is called, and calls itself: another name of this machine, or its address. */
  hostName = '127.0.0.1';

  get origin(): string {
    return `http://${this.hostName}:${(this.#server?.address() as AddressInfo).port}`;
  }

  /** Does not keep the process alive, nor do the connections that clients keep open to it. */
  unref(): void {
    this.#server?.unref();
    this.#server?.on('connection', (socket) => socket.unref());
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }

  addFault(fault: Fault): void {
    const full = faultSchema.parse(fault);
    this.#faults.push({ ...full, pattern: new RegExp(full.match), seen: 0, fired: 0 });
  }

  /** Faults that never happened: a scenario that leaves some has proven nothing. */
  get unfiredFaults(): readonly string[] {
    return this.#faults.filter((fault) => fault.fired === 0).map((fault) => fault.match);
  }

  clearFaults(): void {
    this.#faults = [];
  }

  #faultFor(line: string): ArmedFault | undefined {
    for (const fault of this.#faults) {
      if (!fault.pattern.test(line)) continue;
      fault.seen += 1;
      if (fault.seen <= fault.after || fault.fired >= fault.times) continue;
      fault.fired += 1;
      return fault;
    }
    return undefined;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const open = this.#overlaps.begin();
    try {
      await this.#serveOpen(incoming, outgoing, open);
    } finally {
      this.#overlaps.end(open);
    }
  }

  async #serveOpen(incoming: IncomingMessage, outgoing: ServerResponse, open: OpenRequest): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', this.origin);
    const request: SimRequest = {
      method: incoming.method ?? 'GET',
      url,
      rawQuery: (incoming.url ?? '').split('?')[1] ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    if (url.pathname.startsWith('/_simulator/')) {
      this.#control(request, outgoing);
      return;
    }
    this.#overlaps.about(open, this.subjectsOf?.(request) ?? []);
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    const fault = this.#faultFor(`${request.method} ${url.pathname}${url.search}`);
    const isLost = fault === undefined && (this.isLost?.(request) ?? false);
    const commits =
      (fault === undefined && !isLost) || fault?.kind === 'commitThenDrop' || fault?.kind === 'commitThenStatus';
    const response = commits ? await this.answer(request) : { status: 0 };
    this.requests.push({
      at: this.now(),
      method: request.method,
      path: `${url.pathname}${url.search}`,
      status: fault === undefined && !isLost ? response.status : -1,
    });
    if (isLost) incoming.socket.destroy();
    else if (fault === undefined)
      send(outgoing, { ...response, headers: { date: new Date(this.now()).toUTCString(), ...response.headers } });
    else if (fault.kind === 'drop' || fault.kind === 'commitThenDrop') incoming.socket.destroy();
    else if (fault.kind === 'html')
      send(outgoing, { status: fault.status, headers: { 'content-type': 'text/html' }, text: '<html>gateway</html>' });
    else send(outgoing, { status: fault.status, headers: fault.headers, text: fault.body });
  }

  #control(request: SimRequest, outgoing: ServerResponse): void {
    const path = request.url.pathname.slice('/_simulator/'.length);
    if (path === 'state' && request.method === 'GET') send(outgoing, json(200, found(this.state(), request.url)));
    else if (path === 'requests' && request.method === 'GET') send(outgoing, json(200, this.requests.slice(-1_000)));
    else if (path === 'faults' && request.method === 'DELETE') {
      this.clearFaults();
      send(outgoing, { status: 204 });
    } else if (path === 'faults' && request.method === 'POST') {
      const fault = faultSchema.safeParse(JSON.parse(request.body || '{}'));
      if (fault.success) this.addFault(fault.data);
      send(outgoing, fault.success ? { status: 204 } : json(400, fault.error.issues));
    } else send(outgoing, { status: 404 });
  }
}

/** With `?search=…`, of each list only what holds that text somewhere. */
function found(state: unknown, { searchParams }: URL): unknown {
  const text = searchParams.get('search')?.toLowerCase();
  if (text === undefined || typeof state !== 'object' || state === null) return state;
  const holds = (one: unknown): boolean => JSON.stringify(one).toLowerCase().includes(text);
  return Object.fromEntries(
    Object.entries(state).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? value.filter(holds) : value,
    ]),
  );
}

function send(outgoing: ServerResponse, response: SimResponse): void {
  outgoing.writeHead(response.status, { 'content-type': 'application/json', ...response.headers });
  outgoing.end(response.text ?? '');
}

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): SimResponse => ({
  status,
  headers,
  text: JSON.stringify(value),
});
