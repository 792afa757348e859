/** The connector on the embedded stack, with everything counted that it asks for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realClock } from '../local/clock/StackClock';
import { FunctionsHost } from '../local/azure/functions-host/FunctionsHost';
import { LocalStack } from '../local/stack/LocalStack';
import { buildWorld, WORLDS, type World } from '../local/simulators/world/buildWorld';
import { allowedRate, type BenchOptions } from './benchOptions';

const SEED = 1;
const KEY = 'bench';
/** The most that the setting takes. */
const NO_RATE = 1_000;
/** What V8 takes for new objects grows with the machine: three times this much, in MB, as on a small instance. */
const SMALL_SEMI_SPACE = 16;
const QUEUES = ['sync-jobs', 'user-changes', 'group-changes'];

export interface Counters {
  readonly graph: number;
  readonly goto: number;
  readonly gotoWrites: number;
  readonly messages: number;
  readonly tables: number;
  readonly transactions: number;
}

export class BenchStack {
  private constructor(
    readonly world: World,
    readonly stack: LocalStack,
    readonly host: FunctionsHost,
    private readonly storage: { readonly requests: number; readonly transactions: number },
  ) {}

  static async start(options: BenchOptions, settings: Readonly<Record<string, string>>): Promise<BenchStack> {
    const world = buildWorld(WORLDS[options.world], SEED, realClock);
    if (options.rate !== undefined) world.goto.behaviour.requestsPerSecond = options.rate;
    const storage = { requests: 0, transactions: 0 };
    const stack = await LocalStack.start({
      world,
      watchStorage: {
        preload: join(__dirname, 'quickTables.js'),
        onRequest: (line) => {
          storage.requests += 1;
          if (line.includes('$batch')) storage.transactions += 1;
        },
      },
    });
    stack.entra.latencyMs = options.latencyMs;
    world.goto.latencyMs = options.latencyMs;
    const host = await FunctionsHost.start({
      appDirectory: process.cwd(),
      environment: {
        PATH: process.env['PATH'],
        SYNC_SCHEDULE: '0 0 3 1 1 *',
        FULL_SYNC_SCHEDULE: '0 0 3 1 1 *',
        GOTO_REQUESTS_PER_SECOND: String(allowedRate(options) ?? NO_RATE),
        ...stack.environment,
        ...settings,
      },
      functionKey: KEY,
      port: 0,
      // Its memory is measured.
      oneWorker: true,
      workerFile: join(__dirname, '../local/worker.js'),
      nodeOptions: [
        ...(options.heapMb === undefined
          ? []
          : [`--max-old-space-size=${options.heapMb}`, `--max-semi-space-size=${SMALL_SEMI_SPACE}`]),
        ...(options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]),
      ],
      onLog: (line) => {
        if (line.level === 'error' || line.level === 'warning') console.error(line.message);
      },
    });
    return new BenchStack(world, stack, host, storage);
  }

  async call(path: string, body?: object, method = 'POST'): Promise<unknown> {
    const response = await fetch(`${this.host.origin}${path}`, {
      headers: { 'x-functions-key': KEY, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method, body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    // What was refused was not measured. That nobody has a name is an answer.
    if (!response.ok && response.status !== 404) throw new Error(`${path} answered ${JSON.stringify(answer)}`);
    return answer;
  }

  get counters(): Counters {
    const { goto } = this.world;
    return {
      graph: this.stack.entra.requests.length,
      goto: goto.requests.length,
      gotoWrites: goto.writes.length,
      messages: QUEUES.reduce((sum, name) => sum + this.stack.broker.queue(name).taken, 0),
      tables: this.storage.requests,
      transactions: this.storage.transactions,
    };
  }

  /** From now on the worker's peak is measured anew. Linux only. */
  forgetPeak(): void {
    try {
      writeFileSync(`/proc/${String(this.host.workerPids[0])}/clear_refs`, '5');
    } catch {
      // The peak is then the highest of all runs.
    }
  }

  /** The most memory the worker held since `forgetPeak` (VmHWM), in MB; undefined where the system does not tell. */
  get peakMb(): number | undefined {
    try {
      const status = readFileSync(`/proc/${String(this.host.workerPids[0])}/status`, 'utf8');
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await this.stack.stop();
  }
}
