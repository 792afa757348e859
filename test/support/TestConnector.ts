/**
 * The connector's engine on the embedded stack over real wires (AMQP, HTTP, Azurite), in virtual time: retries and
 * schedules of hours pass in milliseconds, and nothing sleeps. Faults of the process are played by `killAt`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { buildWorld, WORLDS, type World, type WorldSize } from '../../local/simulators/world/buildWorld';
import { realClock } from '../../local/clock/StackClock';
import { VirtualClock } from '../../local/clock/VirtualClock';
import { ServiceBusListener } from '../../local/azure/functions-host/ServiceBusListener';
import type { TypedData } from '../../local/azure/functions-host/protocol';
import { serviceBusConnection } from '../../local/azure/functions-host/serviceBusConnection';
import { statusOf, type GotoUser } from '../../local/simulators/goto/GotoSimulator';
import { IdentityEndpoint } from '../../local/azure/identity/IdentityEndpoint';
import { LocalStack } from '../../local/stack/LocalStack';
import { cycleView } from '../../shared/api/cycleView';
import { connectEngine } from '../../shared/connectEngine';
import type { Clock } from '../../shared/model/Clock';
import { FINAL_STATES } from '../../shared/model/Cycle';
import type { PlanRow } from '../../shared/store/PlansTable';
import type { LogEntry } from '../../shared/model/LogEntry';
import { countedCycle } from '../../shared/api/countedCycle';
import { readChunkMessage, readGroupMessage, readJobMessage, type Outgoing } from '../../shared/queue/messages';
import { settle } from '../../shared/queue/settle';
import { readSettings } from '../../shared/settings/Settings';
import { handleChunkMessage } from '../../shared/sync/apply/handleChunkMessage';
import { handleJobMessage } from '../../shared/sync/handleJobMessage';
import { startCycle, type Started, type StartRequest } from '../../shared/sync/cycle/startCycle';
import type { Engine, Timing } from '../../shared/sync/Engine';
import { createTelemetry } from '../../shared/telemetry/Telemetry';
import { checkHistory } from '../conformance/checkHistory';
import { History } from '../conformance/History';
import { testStorage } from './testStorage';

/** A Monday morning; any moment would do. */
const START_MS = Date.parse('2026-11-23T08:00:00Z');
/** Real time, on a machine that has other work too: below Jest's own limit, which would not say what is stuck. */
const SETTLE_TIMEOUT_MS = Number(process.env['SETTLE_TIMEOUT_MS'] ?? 55_000);
const LONGER_THAN_ANY_TEST_MS = 4_000 * 86_400_000;

/** Thrown in place of a call to the outside: the process died there. */
class Killed extends Error {}

/** Which process the present work belongs to: whatever a dead one still has in hand comes to nothing. */
const processes = new AsyncLocalStorage<number>();

export interface TestOptions {
  /** A storage account of its own; one of the run's where it is left out. */
  readonly storage?: string;
  readonly world?: Partial<WorldSize>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly timing?: Partial<Timing>;
  /** False: a lane's lock ends five minutes after it was taken, as if renewal failed. */
  readonly renewsLocks?: boolean;
}

let identity: Promise<IdentityEndpoint> | undefined;

/** @azure/identity keeps the first endpoint it saw, so a process of tests has one. It ends with the process. */
function sharedIdentity(): Promise<IdentityEndpoint> {
  identity ??= new IdentityEndpoint(realClock).start().then((server) => {
    server.unref();
    return server;
  });
  return identity;
}

export type CycleView = ReturnType<typeof cycleView>;

export class TestConnector {
  readonly events: { readonly level: string; readonly line: string }[] = [];
  /** What the engine stores and writes, for the replay against the protocol when the test ends. */
  readonly history = new History();
  #listeners: ServiceBusListener[] = [];
  #engine: Engine;
  #process = 0;
  /** Calls to the outside so far, and at which one the process dies. */
  calls = 0;
  killAt: number | undefined;
  /** So many calls after that, the next process dies as well. */
  killAgainAfter: number | undefined;

  private constructor(
    readonly clock: VirtualClock,
    readonly stack: LocalStack,
    private environment: Readonly<Record<string, string>>,
    private readonly options: TestOptions,
  ) {
    this.#engine = this.#connect();
  }

  static async start(options: TestOptions = {}): Promise<TestConnector> {
    const clock = new VirtualClock(START_MS);
    const world = buildWorld({ ...WORLDS.small, oddities: false, ...options.world }, 7, clock);
    const stack = await LocalStack.start({
      world,
      clock,
      storage: options.storage ?? testStorage(),
      identity: await sharedIdentity(),
    });
    // Companies of a handful, to whom much happens at once: who tries the limit sets it.
    const defaults = { GOTO_REQUESTS_PER_SECOND: '1000', REMOVAL_LIMIT_PERCENT: '100' };
    const environment = { ...stack.environment, ...defaults, ...options.settings };
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = stack.identity.environment as Record<string, string>;
    Object.assign(process.env, { IDENTITY_ENDPOINT, IDENTITY_HEADER });
    const connector = new TestConnector(clock, stack, environment, options);
    connector.history.watchGoto(world.goto.writes);
    connector.history.watchSource(world.directory);
    connector.#listen();
    return connector;
  }

  get world(): World {
    return this.stack.world;
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Ends the test. @throws Error when what the engine did in it breaks the protocol (test/conformance) */
  async stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await this.#engine.sender.close();
    await this.stack.stop();
    const findings = checkHistory(this.history.events);
    if (findings.length > 0) throw new Error(`The history breaks the protocol:\n${findings.join('\n')}`);
  }

  /** Another process: nothing but the tables and the queues is remembered. @param settings that are other now */
  async restart(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#engine.sender.close();
    this.environment = { ...this.environment, ...settings };
    this.#engine = this.#connect();
  }

  #connect(): Engine {
    // Waits of the product move virtual time on instead of passing.
    const clock: Clock = {
      now: () => this.clock.now(),
      sleep: async (ms) => {
        await new Promise((resolve) => setImmediate(resolve));
        this.clock.advance(ms);
      },
    };
    const engine = connectEngine(readSettings(this.environment), {
      clock,
      telemetry: createTelemetry((level, line) => void this.events.push({ level, line })),
      timing: this.options.timing ?? {},
      watchTables: this.history.watchTables,
    });
    const mortal = <T extends object>(adapter: T): T => this.#mortal(adapter);
    return {
      ...engine,
      store: this.#mortalStore(engine.store),
      entra: mortal(engine.entra),
      accounts: mortal(engine.accounts),
      sender: mortal(engine.sender),
      deadLetters: mortal(engine.deadLetters),
    };
  }

  #mortalStore({ dry, ...parts }: Engine['store']): Engine['store'] {
    const mortal = Object.entries(parts).map(([name, part]) => [name, this.#mortal(part)]);
    // A dry run has a store of its own.
    return { ...(Object.fromEntries(mortal) as typeof parts), dry: () => this.#mortalStore(dry()) };
  }

  /** Runs work as the present process: when it dies, the rest of the work comes to nothing. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#process;
    const result = await processes.run(own, work);
    if (own !== this.#process) throw new Killed('the process died while it worked');
    return result;
  }

  /** Counts every call to the outside; the one with the number `killAt` happens, but its caller is gone. */
  #mortal<T extends object>(adapter: T): T {
    return new Proxy(adapter, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          const call = (): unknown => (value as (...all: unknown[]) => unknown).apply(target, parameters);
          if (this.#isDead()) return this.#dead();
          this.history.noteCall(String(name), parameters);
          const result = call();
          if (result instanceof Promise) return this.#counted(result);
          // An adapter that another one gives (EntraSource.selecting) can be killed as well.
          if (result instanceof target.constructor) return this.#mortal(result);
          return isAsyncIterable(result) ? this.#countedItems(result) : result;
        };
      },
    });
  }

  /** Nobody of the dead may be left to hear of it, such as a list that is never read. */
  #dead(): Promise<never> {
    const dead: Promise<never> = Promise.reject(new Killed('the process is dead'));
    dead.catch(() => undefined);
    return dead;
  }

  #isDead(): boolean {
    const own = processes.getStore();
    return own !== undefined && own !== this.#process;
  }

  #counted<T>(result: Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.calls !== this.killAt) return result;
    this.killAt = this.killAgainAfter === undefined ? undefined : this.calls + this.killAgainAfter;
    this.killAgainAfter = undefined;
    const end = (): Promise<T> => {
      this.#process += 1;
      return Promise.reject(new Killed(`killed at call ${this.calls}`));
    };
    return result.then(end, end);
  }

  /** A list that is read page by page is one call, at its first item. */
  async *#countedItems(items: AsyncIterable<unknown>): AsyncGenerator {
    await this.#counted(Promise.resolve());
    for await (const item of items) {
      if (this.#isDead()) throw new Killed('the process is dead');
      yield item;
    }
  }

  #listen(): void {
    const settings = {
      prefetchCount: 0,
      autoCompleteMessages: true,
      maxConcurrentCalls: 4,
      maxConcurrentSessions: 8,
      maxMessageBatchSize: 1,
      sessionIdleTimeout: 20,
      maxAutoLockRenewalDuration: this.options.renewsLocks === false ? 0 : LONGER_THAN_ANY_TEST_MS,
    };
    const listen = (queue: string, handle: (body: unknown, deliveryCount: number) => Promise<readonly Outgoing[]>) =>
      new ServiceBusListener(
        serviceBusConnection('ServiceBusConnection', this.stack.environment),
        queue,
        { type: 'serviceBusTrigger', isSessionsEnabled: true },
        settings,
        (data, metadata) =>
          this.run(async () => {
            const outgoing = await handle(bodyOf(data), countOf(metadata['DeliveryCount']));
            // What a dead process would have sent never leaves.
            if (!this.#isDead()) await settle(this.#engine.sender, outgoing);
          }),
        (error) => {
          if (!(error instanceof Killed))
            this.events.push({
              level: 'error',
              line: `host: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            });
        },
        this.stack.broker.queue(queue),
      );
    this.#listeners = [
      listen('sync-jobs', (body, count) => handleJobMessage(this.#engine, readJobMessage(body), count)),
      listen('user-changes', (body, count) => handleChunkMessage(this.#engine, readChunkMessage(body), count)),
      listen('group-changes', (body, count) => handleChunkMessage(this.#engine, readGroupMessage(body), count)),
    ];
  }

  /** Whether the kill asked for by `killAt` has happened; a kill that has not is taken back. */
  takeKill(): boolean {
    const hasHappened = this.killAt === undefined;
    this.killAt = undefined;
    this.killAgainAfter = undefined;
    return hasHappened;
  }

  /** Lets everything that is queued, scheduled or under way come to its end. @param until stops there, in ms */
  async settle(until = Number.POSITIVE_INFINITY): Promise<void> {
    const deadline = Date.now() + SETTLE_TIMEOUT_MS;
    let quiet = 0;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      const counts = ['sync-jobs', 'user-changes', 'group-changes'].map((name) => this.stack.broker.queue(name).counts);
      const isBusy = counts.some(({ active, locked }) => active + locked > 0);
      quiet = isBusy ? 0 : quiet + 1;
      if (quiet >= 2) {
        if (counts.every(({ scheduled }) => scheduled === 0)) return;
        const due = this.clock.nextDue;
        if (due !== undefined && due > until) return;
        if (due !== undefined) this.clock.advance(Math.max(0, due - this.clock.now()));
        quiet = 0;
      }
      if (Date.now() > deadline)
        throw new Error(
          `not settled: ${JSON.stringify(counts)}\n${this.events
            .slice(-20)
            .map((one) => one.line)
            .join('\n')}`,
        );
    }
  }

  /** The timer, or an admin, starts a cycle. */
  start(mode: 'incremental' | 'full' = 'incremental', more: Partial<StartRequest> = {}): Promise<Started> {
    return this.run(() => startCycle(this.#engine, { mode, trigger: 'timer', ...more }));
  }

  /** One cycle from its start to its end. */
  async cycle(mode: 'incremental' | 'full' = 'incremental'): Promise<CycleView> {
    const started = await this.start(mode);
    if (!started.started)
      throw new Error(
        started.activeCycleId === undefined ? started.message : `cycle ${started.activeCycleId} is running`,
      );
    await this.settle();
    return this.view(started.cycle.id);
  }

  /** A company in order: its first cycle, and the second look at what that read too young to be believed. */
  async begin(): Promise<CycleView> {
    const first = await this.cycle();
    this.later();
    await this.cycle();
    return first;
  }

  async view(id: string): Promise<CycleView> {
    const counted = await countedCycle(this.#engine, id);
    if (counted === undefined) throw new Error(`no cycle ${id}`);
    if (!FINAL_STATES.has(counted.cycle.state))
      throw new Error(
        `cycle is ${counted.cycle.state}\n${this.events
          .slice(-20)
          .map((one) => one.line)
          .join('\n')}`,
      );
    return cycleView(counted.cycle, counted.counts, this.clock.now());
  }

  /** The plan rows of a cycle. */
  async rows(cycleId: string): Promise<PlanRow[]> {
    const rows: PlanRow[] = [];
    for await (const row of this.#engine.store.plans.rows(cycleId)) rows.push(row);
    return rows;
  }

  /** What the log says of a person in a cycle: its last entry. */
  async entry(cycleId: string, sourceId: string): Promise<LogEntry | undefined> {
    const entries = (await this.rows(cycleId)).flatMap((row) => row.result?.entries ?? []);
    return entries.filter((one) => one.sourceId === sourceId).at(-1);
  }

  /** Five minutes, as between two cycles of the default schedule. */
  later(ms = 5 * 60_000): void {
    this.clock.advance(ms);
  }

  accountOf(sourceId: string): GotoUser | undefined {
    const state = this.world.directory.users.get(sourceId);
    const user = state?.latest;
    if (user === undefined || typeof user === 'string') return undefined;
    return this.world.goto.byEmail(user.mail ?? user.userPrincipalName);
  }

  statusOf(sourceId: string): string {
    const account = this.accountOf(sourceId);
    return account === undefined ? 'none' : statusOf(account);
  }

  /** Requests to each side since a mark taken before. */
  mark(): { since: () => { graph: number; goto: number; gotoWrites: number } } {
    const [graph, goto, writes] = [
      this.stack.entra.requests.length,
      this.world.goto.requests.length,
      this.world.goto.writes.length,
    ];
    return {
      since: () => ({
        graph: this.stack.entra.requests.length - graph,
        goto: this.world.goto.requests.length - goto,
        gotoWrites: this.world.goto.writes.length - writes,
      }),
    };
  }
}

const bodyOf = (data: TypedData): unknown => ('string' in data ? (JSON.parse(data.string) as unknown) : undefined);
const countOf = (data: TypedData | undefined): number => (data !== undefined && 'int' in data ? data.int : 1);

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
