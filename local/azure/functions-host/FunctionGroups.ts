/** Which functions share a worker process, as on Flex Consumption: all of HTTP, each timer and each queue by itself. */
import { FunctionsWorker, type WorkerOptions } from './FunctionsWorker';
import { triggerOf, type FunctionMetadata, type LoadedApp } from './protocol';

export class FunctionGroups {
  private constructor(
    readonly app: LoadedApp,
    private readonly workers: ReadonlyMap<string, FunctionsWorker>,
    private readonly group: (metadata: FunctionMetadata) => string,
  ) {}

  /**
   * @param isOne one process for all, which costs less memory but lets functions share what they do not share on Azure
   * @throws Error with the app's own words when it does not load
   */
  static async start(options: WorkerOptions, isOne: boolean): Promise<FunctionGroups> {
    const { worker, app } = await FunctionsWorker.start(options);
    const group = isOne ? () => 'all' : groupOf;
    // Every process loads the whole app; the one that told what is in it serves the first group.
    const [first = 'none', ...rest] = new Set(app.functions.map(group));
    const workers = new Map([[first, worker]]);
    const others = await Promise.allSettled(
      rest.map(async (name) => workers.set(name, (await FunctionsWorker.start(options)).worker)),
    );
    const groups = new FunctionGroups(app, workers, group);
    const failed = others.find((one) => one.status === 'rejected');
    if (failed === undefined) return groups;
    await groups.stop();
    throw failed.reason;
  }

  /** The worker that serves a function. */
  workerOf(metadata: FunctionMetadata): FunctionsWorker {
    const worker = this.workers.get(this.group(metadata));
    if (worker === undefined) throw new RangeError(`no worker for ${metadata.name}`);
    return worker;
  }

  get pids(): readonly number[] {
    return [...this.workers.values()].flatMap(({ pid }) => pid ?? []);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
  }
}

const groupOf = (metadata: FunctionMetadata): string =>
  triggerOf(metadata)?.type === 'httpTrigger' ? 'http' : metadata.name;
