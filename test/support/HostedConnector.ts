/** The deployable bundle in the local Functions host, with a company of its own a test, in real time. */
import { join } from 'node:path';
import { z } from 'zod';
import { realClock } from '../../local/clock/StackClock';
import { FunctionsHost } from '../../local/azure/functions-host/FunctionsHost';
import { LocalStack } from '../../local/stack/LocalStack';
import { buildWorld, WORLDS, type World } from '../../local/simulators/world/buildWorld';
import { ApiContract } from './ApiContract';
import { testStorage } from './testStorage';

const ROOT = join(__dirname, '../..');
const KEY = 'e2e-key';
export const JOB = '/api/synchronization/jobs/gotomeeting';

export const cycleSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  endDateTime: z.string().nullable(),
  counts: z.record(z.string(), z.number()),
});
type View = z.output<typeof cycleSchema>;

const contract = new ApiContract();

export class HostedConnector {
  /** What the host logged. */
  readonly lines: string[] = [];
  #host: FunctionsHost | undefined;

  private constructor(readonly stack: LocalStack) {}

  /** The stack alone; `start` starts the host. */
  static async create(
    world: World = buildWorld({ ...WORLDS.small, oddities: false }, 11, realClock),
  ): Promise<HostedConnector> {
    return new HostedConnector(await LocalStack.start({ world, storage: testStorage() }));
  }

  /** The same with an Azurite of its own, which finds rows by its indices: for tables that are large. */
  static async createLarge(): Promise<HostedConnector> {
    const world = buildWorld({ ...WORLDS.small, oddities: false }, 11, realClock);
    const watchStorage = { preload: join(ROOT, 'dist/bench/quickTables.js') };
    return new HostedConnector(await LocalStack.start({ world, watchStorage }));
  }

  /** @param nodeOptions of the worker process */
  async start(
    environment: Readonly<Record<string, string>> = {},
    appDirectory = ROOT,
    nodeOptions: readonly string[] = [],
  ): Promise<FunctionsHost> {
    this.#host = await FunctionsHost.start({
      appDirectory,
      environment: {
        PATH: process.env['PATH'],
        SYNC_SCHEDULE: '0 0 3 1 1 *',
        FULL_SYNC_SCHEDULE: '0 0 3 1 1 *',
        GOTO_REQUESTS_PER_SECOND: '200',
        ...this.stack.environment,
        ...environment,
      },
      functionKey: KEY,
      nodeOptions,
      port: 0,
      // Five processes a test would take the suite's time; test/local tries them apart.
      oneWorker: true,
      onLog: (line) => this.lines.push(line.message),
      workerFile: join(ROOT, 'dist/local/worker.js'),
    });
    return this.#host;
  }

  async stopHost(): Promise<void> {
    await this.#host?.stop();
    this.#host = undefined;
  }

  async stop(): Promise<void> {
    await this.stopHost();
    await this.stack.stop();
  }

  /** Every answer is held to the API's own document. @throws Error where it differs */
  async call(
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const headers = { 'x-functions-key': KEY, ...init.headers };
    const response = await fetch(`${this.#host?.origin ?? ''}${path}`, { ...init, headers });
    const answer = {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.clone().text(),
    };
    const differences = contract.differences(init.method ?? 'GET', path.replace(/\?.*$/u, ''), answer);
    if (differences.length > 0) throw new Error(`The answer is not as documented:\n${differences.join('\n')}`);
    return response;
  }

  sync(body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.call(`${JOB}/sync`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Waits for the end of a cycle. @param patienceS how long, in seconds */
  async ended(id: string, patienceS = 40): Promise<View> {
    const until = performance.now() + patienceS * 1_000;
    while (performance.now() < until) {
      const response = await this.call(`${JOB}/cycles/${id}`);
      // A worker that is killed takes the requests it was answering with it.
      const cycle = response.ok ? cycleSchema.parse(await response.json()) : undefined;
      if (cycle !== undefined && cycle.endDateTime !== null) return cycle;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`cycle ${id} does not end\n${this.lines.slice(-20).join('\n')}`);
  }
}
