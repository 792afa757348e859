/** The host's handle on its worker process: starts it, hands it invocations, starts it again when it dies. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { HttpLog } from './log';
import type { FromWorker, FunctionMetadata, HttpData, Invocation } from './protocol';

const LOAD_TIMEOUT_MS = 30_000;
const TERMINATE_TIMEOUT_MS = 10_000;

export interface WorkerOptions {
  readonly appDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLog: HttpLog;
  /** The compiled worker; the default lies beside the compiled host. */
  readonly workerFile?: string;
  /** Options of Node for the worker process, such as a limit of its heap. */
  readonly nodeOptions?: readonly string[];
}

export class FunctionsWorker {
  readonly #running = new Map<
    string,
    { resolve: (http: HttpData | undefined) => void; reject: (error: Error) => void }
  >();
  #child: ChildProcess | undefined;
  #ready: Promise<readonly FunctionMetadata[]>;
  #isStopping = false;

  private constructor(private readonly options: WorkerOptions) {
    this.#ready = this.#spawn();
  }

  /** @throws Error with the app's own words when it does not load */
  static async start(
    options: WorkerOptions,
  ): Promise<{ worker: FunctionsWorker; functions: readonly FunctionMetadata[] }> {
    const worker = new FunctionsWorker(options);
    return { worker, functions: await worker.#ready };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  async invoke(invocation: Invocation): Promise<HttpData | undefined> {
    await this.#ready;
    return new Promise((resolve, reject) => {
      this.#running.set(invocation.id, { resolve, reject });
      this.#child?.send({ type: 'invoke', invocation });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), TERMINATE_TIMEOUT_MS);
    if (child.connected) child.send({ type: 'terminate' });
    await ended;
    clearTimeout(timer);
  }

  #spawn(): Promise<readonly FunctionMetadata[]> {
    const child = fork(this.options.workerFile ?? join(__dirname, 'worker.js'), [this.options.appDirectory], {
      env: this.options.environment,
      serialization: 'advanced',
      execArgv: ['--enable-source-maps', ...(this.options.nodeOptions ?? [])],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('The function app did not load within 30 seconds.'));
        child.kill('SIGKILL');
      }, LOAD_TIMEOUT_MS);
      child.on('message', (message: FromWorker) => {
        if (message.type === 'loaded') {
          clearTimeout(timer);
          resolve(message.functions);
        } else if (message.type === 'failedToLoad') {
          clearTimeout(timer);
          this.#isStopping = true;
          reject(new Error(message.message));
          child.disconnect();
        } else this.#onMessage(message);
      });
      child.once('exit', (code, signal) => this.#onExit(child, code, signal));
    });
  }

  #onMessage(message: FromWorker): void {
    if (message.type === 'log') {
      this.options.onLog({
        level: message.level,
        message: message.message,
        functionName: message.functionName,
        invocationId: message.invocationId,
      });
      return;
    }
    if (message.type !== 'done' && message.type !== 'failed') return;
    const running = this.#running.get(message.id);
    this.#running.delete(message.id);
    if (message.type === 'done') running?.resolve(message.http);
    else running?.reject(new Error(message.message));
  }

  /** A crash fails what ran; the broker delivers it again. */
  #onExit(child: ChildProcess, code: number | null, signal: string | null): void {
    if (child !== this.#child) return;
    for (const { reject } of this.#running.values()) reject(new Error('The worker process ended.'));
    this.#running.clear();
    if (this.#isStopping) return;
    this.options.onLog({
      level: 'error',
      message: `The worker process ended (${signal ?? code ?? '?'}); a new one is started.`,
    });
    this.#ready = this.#spawn();
    this.#ready.catch((error: unknown) => this.options.onLog({ level: 'error', message: String(error) }));
  }
}
