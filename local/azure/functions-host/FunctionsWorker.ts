/** The host's handle on one worker process: starts it, hands it invocations, starts it again when it dies or hangs. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { consoleLines } from './consoleLines';
import type { HostLog } from './log';
import type { FromWorker, HttpData, Invocation, LoadedApp } from './protocol';

/** All groups load at once, on a machine that may have other things to do. */
const LOAD_TIMEOUT_MS = 120_000;
const TERMINATE_TIMEOUT_MS = 10_000;
/** A worker that does not come up again is tried after 1, 2, 4 … seconds, at most this long apart. */
const MAX_RESTART_WAIT_MS = 30_000;

export interface WorkerOptions {
  readonly appDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLog: HostLog;
  /** The compiled worker; the default lies beside the compiled host. */
  readonly workerFile?: string | undefined;
  /** Options of Node for the worker process, such as a limit of its heap. */
  readonly nodeOptions?: readonly string[] | undefined;
}

interface Running {
  readonly resolve: (http: HttpData | undefined) => void;
  readonly reject: (error: Error) => void;
}

export class FunctionsWorker {
  readonly #running = new Map<string, Running>();
  #child: ChildProcess | undefined;
  #ready: Promise<LoadedApp>;
  #isStopping = false;

  private constructor(private readonly options: WorkerOptions) {
    this.#ready = this.#load();
  }

  /** @throws Error with the app's own words when it does not load */
  static async start(options: WorkerOptions): Promise<{ worker: FunctionsWorker; app: LoadedApp }> {
    const worker = new FunctionsWorker(options);
    return { worker, app: await worker.#ready };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where the process takes HTTP requests; undefined when they are to be sent as invocations. */
  async httpUri(): Promise<string | undefined> {
    return (await this.#ready).httpUri;
  }

  /** @throws Error of the function, or that the process ended: then nobody knows how far it came */
  async invoke(invocation: Invocation): Promise<HttpData | undefined> {
    await this.#ready;
    if (this.#isStopping) throw new Error('The worker process ended.');
    return new Promise((resolve, reject) => {
      this.#running.set(invocation.id, { resolve, reject });
      this.#child?.send({ type: 'invoke', invocation });
    });
  }

  /** Ends the process with all it is at; a new one takes its place. */
  recycle(): void {
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), TERMINATE_TIMEOUT_MS);
    if (child.connected) child.send({ type: 'terminate' });
    await ended;
    clearTimeout(timer);
  }

  #load(): Promise<LoadedApp> {
    const { appDirectory, environment, workerFile, nodeOptions = [] } = this.options;
    const child = fork(workerFile ?? join(__dirname, 'worker.js'), [appDirectory], {
      env: environment,
      serialization: 'advanced',
      execArgv: ['--enable-source-maps', ...nodeOptions],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    consoleLines(child, this.options.onLog);
    return new Promise((resolve, reject) => {
      let isLoaded = false;
      const fail = (message: string): void => {
        clearTimeout(timer);
        reject(new Error(message));
        child.kill('SIGKILL');
      };
      const timer = setTimeout(
        () => fail(`The function app did not load within ${LOAD_TIMEOUT_MS / 1_000} seconds.`),
        LOAD_TIMEOUT_MS,
      );
      child.on('message', (message: FromWorker) => {
        if (message.type === 'loaded') {
          isLoaded = true;
          clearTimeout(timer);
          resolve(message.app);
        } else if (message.type === 'failedToLoad') fail(message.message);
        else this.#onMessage(message);
      });
      // A process that cannot be made, or a message to one that is just gone: what is behind it ends with the process.
      child.on('error', (error) => (isLoaded ? this.#complain(error.message) : fail(error.message)));
      child.once('exit', (code, signal) => {
        const how = signal ?? String(code);
        if (isLoaded) this.#onExit(how);
        else fail(`The worker process ended (${how}) before the function app was loaded.`);
      });
    });
  }

  #onMessage(message: Exclude<FromWorker, { type: 'loaded' | 'failedToLoad' }>): void {
    if (message.type === 'log') {
      this.options.onLog(message.line);
      return;
    }
    const running = this.#running.get(message.id);
    this.#running.delete(message.id);
    if (message.type === 'done') running?.resolve(message.http);
    else running?.reject(new Error(message.message));
  }

  /** What ran has failed; the broker delivers it again. */
  #onExit(how: string): void {
    for (const { reject } of this.#running.values()) reject(new Error('The worker process ended.'));
    this.#running.clear();
    if (this.#isStopping) return;
    this.#complain(`The worker process ended (${how}); a new one is started.`);
    this.#ready = this.#loadAgain();
    // While the host stops nobody waits for it any more.
    this.#ready.catch(() => undefined);
  }

  async #loadAgain(): Promise<LoadedApp> {
    for (let waitMs = 1_000; ; waitMs = Math.min(waitMs * 2, MAX_RESTART_WAIT_MS)) {
      try {
        return await this.#load();
      } catch (error) {
        if (this.#isStopping) throw error;
        this.#complain(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }

  #complain(message: string): void {
    this.options.onLog({ level: 'error', category: 'Host.Worker', message });
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
