/**
 * Azure Service Bus for one process, over real AMQP 1.0: the unmodified @azure/service-bus client is its test.
 * Protocol facts with their sources: local-stack.md section 2. Loopback only; every key is accepted.
 */
import type { StackClock } from '../../clock/StackClock';
import { AmqpServer } from './AmqpServer';
import { ClientLinks } from './ClientLinks';
import type { QueueConfig } from './QueueConfig';
import { QueueJournal } from './QueueJournal';
import { QueueStore } from './QueueStore';

export interface BrokerOptions {
  readonly queues: ReadonlyMap<string, QueueConfig>;
  readonly clock: StackClock;
  /** 0 takes a free one. */
  readonly port?: number;
  /** A file that keeps what the queues hold; without one they are forgotten with the process. */
  readonly keptIn?: string | undefined;
}

export class Broker {
  private constructor(
    private readonly queues: ReadonlyMap<string, QueueStore>,
    private readonly links: ClientLinks,
    private readonly server: AmqpServer,
    private readonly journal: QueueJournal | undefined,
  ) {}

  static async start({ queues, clock, port = 0, keptIn }: BrokerOptions): Promise<Broker> {
    const journal = keptIn === undefined ? undefined : new QueueJournal(keptIn, clock);
    const stores = new Map<string, QueueStore>();
    for (const [name, config] of queues) {
      const store = new QueueStore(name, config, clock, journal);
      for (const one of [store, store.deadLetters]) if (one !== undefined) stores.set(one.name.toLowerCase(), one);
    }
    const links = new ClientLinks(stores, clock);
    return new Broker(stores, links, await AmqpServer.listen(port, links), journal);
  }

  get port(): number {
    return this.server.port;
  }

  get connectionString(): string {
    return `Endpoint=sb://127.0.0.1:${this.port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
  }

  /** @throws RangeError for a queue that is not declared */
  queue(name: string): QueueStore {
    const store = this.queues.get(name.toLowerCase());
    if (store === undefined) throw new RangeError(`no queue ${name}`);
    return store;
  }

  /** Whether nobody may send, as an identity without the role may not. */
  set refusesSenders(refuses: boolean) {
    this.links.refusesSenders = refuses;
  }

  /** Cuts every client off, as a network fault would. */
  dropConnections(): void {
    this.server.dropConnections();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.journal?.close();
  }
}
