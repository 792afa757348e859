/** A Functions host for one app on this machine: timers, HTTP and Service Bus triggers over a worker process. */
import { randomUUID } from 'node:crypto';
import { FunctionsWorker } from './FunctionsWorker';
import { readHostJson } from './hostJson';
import { HttpFrontEnd } from './HttpFrontEnd';
import type { HttpLog } from './log';
import type { FunctionMetadata, TypedData } from './protocol';
import { resolveSetting } from './resolveSetting';
import { ServiceBusListener } from './ServiceBusListener';
import { TimerSchedules } from './TimerSchedules';

export interface FunctionsHostOptions {
  readonly appDirectory: string;
  /** The app's settings; the worker sees these and nothing else of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly functionKey: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly onLog: HttpLog;
  readonly timerStatusFile?: string | undefined;
  readonly workerFile?: string;
  /** Options of Node for the worker process. */
  readonly nodeOptions?: readonly string[];
}

export class FunctionsHost {
  private constructor(
    private readonly worker: FunctionsWorker,
    private readonly http: HttpFrontEnd,
    private readonly timers: TimerSchedules,
    private readonly listeners: readonly ServiceBusListener[],
    readonly functions: readonly FunctionMetadata[],
  ) {}

  /** @throws Error when the app does not load, a setting is missing, or the port is taken */
  static async start(options: FunctionsHostOptions): Promise<FunctionsHost> {
    const { environment, onLog } = options;
    const settings = readHostJson(options.appDirectory);
    const { worker, functions } = await FunctionsWorker.start({
      appDirectory: options.appDirectory,
      environment,
      onLog,
      ...(options.workerFile === undefined ? {} : { workerFile: options.workerFile }),
      ...(options.nodeOptions === undefined ? {} : { nodeOptions: options.nodeOptions }),
    });
    const invoke = (
      functionName: string,
      data: TypedData,
      triggerMetadata: Readonly<Record<string, TypedData>> = {},
    ) => {
      const id = randomUUID();
      const timer = setTimeout(
        () =>
          onLog({
            level: 'error',
            functionName,
            invocationId: id,
            message: 'The function runs longer than functionTimeout.',
          }),
        settings.functionTimeout,
      );
      return worker.invoke({ id, functionName, data, triggerMetadata }).finally(() => clearTimeout(timer));
    };
    const failed = (functionName: string) => (error: unknown) =>
      onLog({ level: 'error', functionName, message: error instanceof Error ? error.message : String(error) });

    const timers = new TimerSchedules(options.timerStatusFile);
    const http = new HttpFrontEnd({
      functions,
      routePrefix: settings.extensions.http.routePrefix,
      functionKey: options.functionKey,
      invoke: (functionName, request) => invoke(functionName, { http: request }),
      startByHand: (functionName, input) => {
        const isTimer = triggerOf(functions, functionName)?.type === 'timerTrigger';
        if (triggerOf(functions, functionName) === undefined) return false;
        const data: TypedData = isTimer
          ? { json: JSON.stringify({ Schedule: {}, ScheduleStatus: null, IsPastDue: false }) }
          : { string: input };
        invoke(functionName, data).catch(failed(functionName));
        return true;
      },
    });
    const listeners: ServiceBusListener[] = [];
    try {
      await http.listen(options.port);
      for (const { name, bindings } of functions) {
        const binding = Object.values(bindings).find((one) => one.type.endsWith('Trigger'));
        if (binding?.type === 'timerTrigger') {
          const expression = resolveSetting(String(binding['schedule']), environment);
          timers.add(name, expression, async (data) => {
            await invoke(name, data).catch(failed(name));
          });
        } else if (binding?.type === 'serviceBusTrigger') {
          const connection = resolveSetting(`%${String(binding['connection'])}%`, environment);
          const queue = resolveSetting(String(binding['queueName']), environment);
          listeners.push(
            new ServiceBusListener(
              connection,
              queue,
              binding,
              settings.extensions.serviceBus,
              async (data, metadata) => {
                await invoke(name, data, metadata);
              },
              failed(name),
            ),
          );
        }
      }
    } catch (error) {
      timers.stop();
      await http.stop();
      await Promise.all(listeners.map((listener) => listener.stop()));
      await worker.stop();
      throw error;
    }
    return new FunctionsHost(worker, http, timers, listeners, functions);
  }

  get port(): number {
    return this.http.port;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get workerPid(): number | undefined {
    return this.worker.pid;
  }

  /** Drains: takes nothing new, lets what runs end, then ends the worker. */
  async stop(): Promise<void> {
    this.timers.stop();
    await this.http.stop();
    await Promise.all(this.listeners.map((listener) => listener.stop()));
    await this.worker.stop();
  }
}

const triggerOf = (functions: readonly FunctionMetadata[], name: string) =>
  Object.values(functions.find((one) => one.name === name)?.bindings ?? {}).find((binding) =>
    binding.type.endsWith('Trigger'),
  );
