/**
 * The connector's engine on the embedded stack over real wires (AMQP, HTTP, Azurite), in virtual time: retries and
 * schedules of hours pass in milliseconds, and nothing sleeps. Faults of the process are played by `killAt`.
 */
import { buildWorld, WORLDS, type World, type WorldSize } from '../../local/world/buildWorld';
import { realClock } from '../../local/clock/StackClock';
import { VirtualClock } from '../../local/clock/VirtualClock';
import { ServiceBusListener } from '../../local/functions-host/ServiceBusListener';
import type { TypedData } from '../../local/functions-host/protocol';
import { statusOf, type GotoUser } from '../../local/goto/GotoSimulator';
import { IdentityEndpoint } from '../../local/identity/IdentityEndpoint';
import { LocalStack } from '../../local/stack/LocalStack';
import { cycleView } from '../../shared/api/cycleView';
import { connectEngine } from '../../shared/connectEngine';
import type { Clock } from '../../shared/model/Clock';
import { FINAL_STATES } from '../../shared/model/Cycle';
import { readJobMessage, readUserChangeMessage } from '../../shared/queue/messages';
import { readSettings } from '../../shared/settings/Settings';
import { applyUserChanges } from '../../shared/sync/applyUserChanges';
import { closeCycle } from '../../shared/sync/closeCycle';
import type { Engine, EngineTiming } from '../../shared/sync/Engine';
import { planCycle } from '../../shared/sync/planCycle';
import { startCycle } from '../../shared/sync/startCycle';
import { createTelemetry } from '../../shared/telemetry/Telemetry';
import { testStorage } from './testStorage';

/** A Monday morning; any moment would do. */
const START_MS = Date.parse('2026-11-23T08:00:00Z');
const SETTLE_TIMEOUT_MS = 30_000;

/** Thrown in place of a call to the outside: the process dies there. */
export class Killed extends Error {}

export interface TestOptions {
  readonly world?: Partial<WorldSize>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly timing?: Partial<EngineTiming>;
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
  #listeners: ServiceBusListener[] = [];
  #engine: Engine;
  /** Calls to the outside so far, and at which one the process dies. */
  calls = 0;
  killAt: number | undefined;

  private constructor(
    readonly clock: VirtualClock,
    readonly stack: LocalStack,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly timing: Partial<EngineTiming>,
  ) {
    this.#engine = this.#connect();
  }

  static async start(options: TestOptions = {}): Promise<TestConnector> {
    const clock = new VirtualClock(START_MS);
    const world = buildWorld({ ...WORLDS.small, oddities: false, ...options.world }, 7, clock);
    const stack = await LocalStack.start({ world, clock, storage: testStorage(), identity: await sharedIdentity() });
    const environment = { ...stack.environment, GOTO_REQUESTS_PER_SECOND: '1000', ...options.settings };
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = stack.identity.environment as Record<string, string>;
    Object.assign(process.env, { IDENTITY_ENDPOINT, IDENTITY_HEADER });
    const connector = new TestConnector(clock, stack, environment, options.timing ?? {});
    connector.#listen();
    return connector;
  }

  get world(): World {
    return this.stack.world;
  }

  get engine(): Engine {
    return this.#engine;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await this.#engine.queue.close();
    await this.stack.stop();
  }

  /** Another process with the same settings: nothing but the tables and the queues is remembered. */
  async restart(): Promise<void> {
    await this.#engine.queue.close();
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
      timing: this.timing,
    });
    const mortal = <T extends object>(adapter: T): T => this.#mortal(adapter);
    return {
      ...engine,
      entra: mortal(engine.entra),
      accounts: mortal(engine.accounts),
      queue: mortal(engine.queue),
      cycles: mortal(engine.cycles),
      identities: mortal(engine.identities),
      groups: mortal(engine.groups),
      log: mortal(engine.log),
      schemas: mortal(engine.schemas),
      state: mortal(engine.state),
    };
  }

  /** Counts every asynchronous call to the outside; the one with the number `killAt` happens, but its caller is gone. */
  #mortal<T extends object>(adapter: T): T {
    return new Proxy(adapter, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          const result: unknown = (value as (...all: unknown[]) => unknown).apply(target, parameters);
          // An adapter that another one gives (EntraSource.selecting) can be killed as well.
          if (result instanceof target.constructor) return this.#mortal(result);
          if (!(result instanceof Promise)) return result;
          this.calls += 1;
          if (this.calls !== this.killAt) return result;
          this.killAt = undefined;
          return result.then(
            () => Promise.reject(new Killed(`killed at call ${this.calls}`)),
            () => Promise.reject(new Killed(`killed at call ${this.calls}`)),
          );
        };
      },
    });
  }

  #listen(): void {
    const settings = {
      prefetchCount: 0,
      autoCompleteMessages: true,
      maxConcurrentCalls: 4,
      maxConcurrentSessions: 4,
      maxMessageBatchSize: 1,
      sessionIdleTimeout: 20,
      maxAutoLockRenewalDuration: 0,
    };
    const listen = (queue: string, handle: (bodies: unknown[]) => Promise<unknown>) =>
      new ServiceBusListener(
        this.stack.broker.connectionString,
        queue,
        { type: 'serviceBusTrigger', isSessionsEnabled: true, cardinality: 'many' },
        settings,
        async (data) => {
          await handle(bodiesOf(data));
        },
        (error) => {
          if (!(error instanceof Killed))
            this.events.push({
              level: 'error',
              line: `host: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
            });
        },
      );
    this.#listeners = [
      listen('sync-jobs', async ([body]) => {
        const message = readJobMessage(body);
        await (message.kind === 'plan' ? planCycle(this.#engine, message) : closeCycle(this.#engine, message));
      }),
      listen('user-changes', (bodies) => applyUserChanges(this.#engine, bodies.map(readUserChangeMessage))),
    ];
  }

  /** Whether the kill asked for by `killAt` has happened; a kill that has not is taken back. */
  takeKill(): boolean {
    const hasHappened = this.killAt === undefined;
    this.killAt = undefined;
    return hasHappened;
  }

  /** Lets everything that is queued, scheduled or under way come to its end. */
  async settle(): Promise<void> {
    const deadline = Date.now() + SETTLE_TIMEOUT_MS;
    let quiet = 0;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      const counts = ['sync-jobs', 'user-changes'].map((name) => this.stack.broker.queue(name).counts);
      const isBusy = counts.some(({ active, locked }) => active + locked > 0);
      quiet = isBusy ? 0 : quiet + 1;
      if (quiet >= 2) {
        if (counts.every(({ scheduled }) => scheduled === 0)) return;
        const due = this.clock.nextDue;
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

  /** One cycle from its start to its end. */
  async cycle(mode: 'incremental' | 'full' = 'incremental'): Promise<CycleView> {
    const started = await startCycle(this.#engine, { mode, trigger: 'timer' });
    if (!started.started) throw new Error(`cycle ${started.activeCycleId} is running`);
    await this.settle();
    return this.view(started.cycle.id);
  }

  async view(id: string): Promise<CycleView> {
    const stored = await this.#engine.cycles.get(id);
    if (stored === undefined) throw new Error(`no cycle ${id}`);
    if (!FINAL_STATES.has(stored.cycle.state))
      throw new Error(
        `cycle is ${stored.cycle.state}\n${this.events
          .slice(-20)
          .map((one) => one.line)
          .join('\n')}`,
      );
    return cycleView(stored.cycle, await this.#engine.log.total(id), this.clock.now());
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

function bodiesOf(data: TypedData): unknown[] {
  return 'collectionString' in data ? data.collectionString.string.map((text) => JSON.parse(text) as unknown) : [];
}
