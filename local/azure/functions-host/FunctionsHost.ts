/** A Functions host for one app on this machine: timers, HTTP and Service Bus triggers over worker processes. */
import { randomUUID } from 'node:crypto';
import { within } from '../../../shared/concurrency/within';
import { FunctionGroups } from './FunctionGroups';
import { readHostJson } from './hostJson';
import { HttpFrontEnd } from './HttpFrontEnd';
import type { StreamedInvocation } from './forwardHttp';
import type { HostLog } from './log';
import { logFilter } from './logFilter';
import { triggerOf, type FunctionMetadata, type HttpData, type TypedData } from './protocol';
import { refuseUnsupported } from './refuseUnsupported';
import { resolveSetting } from './resolveSetting';
import { ServiceBusListener } from './ServiceBusListener';
import { serviceBusConnection } from './serviceBusConnection';
import { TimerSchedules } from './TimerSchedules';

export interface FunctionsHostOptions {
  readonly appDirectory: string;
  /** The app's settings; the workers see these and nothing else of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly functionKey: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Told what `logLevel` of host.json lets through. */
  readonly onLog: HostLog;
  readonly timerStatusFile?: string | undefined;
  readonly workerFile?: string | undefined;
  /** Options of Node for the worker processes. */
  readonly nodeOptions?: readonly string[];
  /** One process for all functions. By default each group has its own, as on Flex Consumption. */
  readonly oneWorker?: boolean;
  /** How long (ms) what runs may take to end when the host stops. */
  readonly drainMs?: number;
}

/** A slice of planning takes a minute; whoever pressed Ctrl-C does not wait for it. */
const DRAIN_MS = 8_000;

export class FunctionsHost {
  readonly #timers: TimerSchedules;
  readonly #listeners: ServiceBusListener[] = [];
  readonly #settings;
  readonly #log: HostLog;

  #isBreakingOff = false;
  #groups: FunctionGroups | undefined;
  readonly #http: HttpFrontEnd;

  private constructor(private readonly options: FunctionsHostOptions) {
    this.#settings = readHostJson(options.appDirectory);
    this.#log = logFilter(this.#settings.logging.logLevel, options.onLog);
    this.#timers = new TimerSchedules(options.timerStatusFile);
    this.#http = new HttpFrontEnd({
      routePrefix: this.#settings.extensions.http.routePrefix,
      functionKey: options.functionKey,
      invoke: (name, request) => this.#invoke(this.#functionNamed(name), { http: request }),
      stream: (name, metadata) => this.#stream(this.#functionNamed(name), metadata),
      startByHand: (name, input) => this.#startByHand(name, input),
    });
  }

  /** @throws Error when the app does not load or needs what is not there, a setting is missing, or the port is taken */
  static async start(options: FunctionsHostOptions): Promise<FunctionsHost> {
    const host = new FunctionsHost(options);
    try {
      await host.#http.listen(options.port);
      await host.#load();
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  /** The port is taken before the app is loaded: its processes are told their own address, as on Azure. */
  async #load(): Promise<void> {
    const { appDirectory, environment, workerFile, nodeOptions, oneWorker } = this.options;
    this.#groups = await FunctionGroups.start(
      {
        appDirectory,
        environment: { WEBSITE_HOSTNAME: `localhost:${this.port}`, ...environment },
        onLog: this.#log,
        workerFile,
        nodeOptions,
      },
      oneWorker === true,
    );
    refuseUnsupported(this.#groups.app);
    this.#http.open(this.functions);
    for (const metadata of this.functions) this.#listen(metadata);
  }

  get functions(): readonly FunctionMetadata[] {
    return this.#loaded.app.functions;
  }

  get #loaded(): FunctionGroups {
    if (this.#groups === undefined) throw new RangeError('The app is not loaded.');
    return this.#groups;
  }

  get port(): number {
    return this.#http.port;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get workerPids(): readonly number[] {
    return this.#loaded.pids;
  }

  /**
   * Drains: takes nothing new, lets what runs end, then ends the workers. What takes longer is broken off, as whenever an
   * instance goes: its message comes again.
   */
  async stop(): Promise<void> {
    this.#timers.stop();
    const drained = Promise.all([this.#http.stop(), ...this.#listeners.map((listener) => listener.stop())]);
    const { drainMs = DRAIN_MS } = this.options;
    if ((await within(drainMs, drained, 'late')) === 'late') {
      this.#isBreakingOff = true;
      this.#http.cut();
    }
    await this.#groups?.stop();
    await drained;
  }

  /** Binds a timer or a queue to its function. */
  #listen(metadata: FunctionMetadata): void {
    const { environment } = this.options;
    const { name } = metadata;
    const binding = triggerOf(metadata);
    if (binding?.type === 'timerTrigger') {
      this.#timers.add(name, resolveSetting(String(binding['schedule']), environment), async (data) => {
        await this.#invoke(metadata, data).catch(this.#failed(name));
      });
    } else if (binding?.type === 'serviceBusTrigger') {
      const listener = new ServiceBusListener(
        serviceBusConnection(String(binding['connection']), environment),
        resolveSetting(String(binding['queueName']), environment),
        binding,
        this.#settings.extensions.serviceBus,
        async (data, triggerMetadata) => {
          await this.#invoke(metadata, data, triggerMetadata);
        },
        this.#failed(name),
      );
      this.#listeners.push(listener);
    }
  }

  /** An invocation that takes longer than `functionTimeout` has failed, and its worker process is replaced. */
  #invoke(
    metadata: FunctionMetadata,
    data: TypedData,
    triggerMetadata: Readonly<Record<string, TypedData>> = {},
    id: string = randomUUID(),
  ): Promise<HttpData | undefined> {
    const { name } = metadata;
    const worker = this.#loaded.workerOf(metadata);
    const { functionTimeout } = this.#settings;
    const timer = setTimeout(() => {
      this.#failed(name)(`Timeout value of ${functionTimeout / 1_000} s exceeded by function ${name} (${id}).`);
      worker.recycle();
    }, functionTimeout);
    return worker.invoke({ id, functionName: name, data, triggerMetadata }).finally(() => clearTimeout(timer));
  }

  /** Begins an invocation whose request and answer go to its process directly. @returns undefined when the app takes messages */
  async #stream(
    metadata: FunctionMetadata,
    triggerMetadata: Readonly<Record<string, TypedData>>,
  ): Promise<StreamedInvocation | undefined> {
    const address = await this.#loaded.workerOf(metadata).httpUri();
    if (address === undefined) return undefined;
    const id = randomUUID();
    return { id, address, ended: this.#invoke(metadata, { http: {} }, triggerMetadata, id) };
  }

  #startByHand(name: string, input: string): boolean {
    const metadata = this.functions.find((one) => one.name === name);
    if (metadata === undefined) return false;
    const data: TypedData =
      triggerOf(metadata)?.type === 'timerTrigger'
        ? { json: JSON.stringify({ Schedule: {}, ScheduleStatus: null, IsPastDue: false }) }
        : { string: input };
    this.#invoke(metadata, data).catch(this.#failed(name));
    return true;
  }

  #functionNamed(name: string): FunctionMetadata {
    const metadata = this.functions.find((one) => one.name === name);
    if (metadata === undefined) throw new RangeError(`no function ${name}`);
    return metadata;
  }

  readonly #failed = (functionName: string) => (error: unknown) => {
    const about = { category: `Function.${functionName}`, functionName };
    if (this.#isBreakingOff) this.#log({ ...about, level: 'information', message: `${functionName} was broken off.` });
    else this.#log({ ...about, level: 'error', message: error instanceof Error ? error.message : String(error) });
  };
}
