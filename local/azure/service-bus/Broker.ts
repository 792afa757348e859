/**
 * Azure Service Bus for one process, over real AMQP 1.0: the unmodified @azure/service-bus client is its test.
 * Protocol facts with their sources: local-stack.md section 2. Loopback only; every key is accepted.
 */
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  create_container,
  types,
  type Connection,
  type Delivery,
  type EventContext,
  type Receiver,
  type Sender,
} from 'rhea';
import type { StackClock } from '../../clock/StackClock';
import { BATCH_FORMAT, decodeMessage, splitBatch } from './codec';
import { manage, NO_DEAD_DEAD_LETTER, NO_DEFERRAL } from './manage';
import type { QueueConfig } from './QueueConfig';
import { QueueJournal } from './QueueJournal';
import { QueueStore, type Lock, type SessionLock } from './QueueStore';
import {
  acceptAnybody,
  acceptedState,
  answerFlow,
  creditOf,
  holdAttach,
  keepMessagesRaw,
  localAttach,
  rejectedState,
  remoteAttach,
  sendDrained,
  settleDelivery,
} from './rheaInternals';
import { encodeMessage, newMessage, tagOf, ticks } from './wireMessage';

const SESSION_FILTER = 'com.microsoft:session-filter';
const MAX_MESSAGE_SIZE = 262_144;
const SEND_CREDIT = 1_500;
const CBS = '$cbs';
const MANAGEMENT = '/$management';
/** The accept of a next session waits this long by default, in ms. */
const ACCEPT_TIMEOUT_MS = 60_000;

export interface BrokerOptions {
  readonly queues: ReadonlyMap<string, QueueConfig>;
  readonly clock: StackClock;
  /** 0 takes a free one. */
  readonly port?: number;
  /** A file that keeps what the queues hold; without one they are forgotten with the process. */
  readonly keptIn?: string | undefined;
}

interface Consumer {
  readonly link: Sender;
  readonly queue: QueueStore;
  readonly session: SessionLock | undefined;
  readonly settled: boolean;
  /** Deliveries whose outcome the client has not told yet. */
  unsettled: number;
  /** The session's lock has expired: the link is closed once nothing is left to answer. */
  isLost: boolean;
}

export class Broker {
  /** Nobody may send, as an identity without the role may not. */
  refusesSenders = false;
  readonly #stores = new Map<string, QueueStore>();
  readonly #consumers = new Map<Sender, Consumer>();
  readonly #locks = new WeakMap<Delivery, { lock: Lock; consumer: Consumer }>();
  readonly #replies = new WeakMap<Connection, Map<string, Sender>>();
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => boolean>();
  #server: Server | undefined;
  #journal: QueueJournal | undefined;

  private constructor(private readonly clock: StackClock) {}

  static async start(options: BrokerOptions): Promise<Broker> {
    const broker = new Broker(options.clock);
    const journal = options.keptIn === undefined ? undefined : new QueueJournal(options.keptIn, options.clock);
    broker.#journal = journal;
    for (const [name, config] of options.queues) {
      const store = new QueueStore(name, config, options.clock, journal);
      broker.#stores.set(name.toLowerCase(), store);
      store.onChange(() => broker.#serve(store));
      if (store.deadLetters !== undefined) {
        const dead = store.deadLetters;
        broker.#stores.set(dead.name.toLowerCase(), dead);
        dead.onChange(() => broker.#serve(dead));
      }
    }
    await broker.#listen(options.port ?? 0);
    return broker;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  get connectionString(): string {
    return `Endpoint=sb://127.0.0.1:${this.port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
  }

  /** @throws RangeError for a queue that is not declared */
  queue(name: string): QueueStore {
    const store = this.#stores.get(name.toLowerCase());
    if (store === undefined) throw new RangeError(`no queue ${name}`);
    return store;
  }

  /** Cuts every client off, as a network fault would. */
  dropConnections(): void {
    // Without an error rhea would not hear of it, and its heartbeat would write to the dead socket for ever.
    for (const socket of this.#sockets) socket.destroy(new Error('The broker has cut this connection.'));
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve();
      else this.#server.close(() => resolve());
    });
    this.#journal?.close();
  }

  async #listen(port: number): Promise<void> {
    const container = create_container({ id: 'local-service-bus' });
    // The client authenticates through $cbs; at the SASL level it says MSSBCBS or ANONYMOUS.
    acceptAnybody(container);

    container.on('session_open', ({ session }: EventContext) => session && keepMessagesRaw(session, BATCH_FORMAT));
    container.on('sender_open', (context: EventContext) => context.sender && this.#onReceiverAttached(context.sender));
    container.on(
      'receiver_open',
      (context: EventContext) => context.receiver && this.#onSenderAttached(context.receiver),
    );
    container.on('message', (context: EventContext) => this.#onMessage(context));
    container.on('sender_flow', ({ sender, connection }: EventContext) => {
      answerFlow(connection);
      const consumer = sender && this.#consumers.get(sender);
      if (consumer) this.#pump(consumer);
    });
    container.on('sender_draining', ({ sender }: EventContext) => {
      if (sender === undefined) return;
      const consumer = this.#consumers.get(sender);
      if (consumer) this.#pump(consumer);
      sendDrained(sender);
    });
    for (const outcome of ['accepted', 'modified', 'rejected', 'released'] as const) {
      container.on(outcome, ({ delivery }: EventContext) => delivery && this.#onSettled(delivery, outcome));
    }
    container.on('sender_close', ({ sender }: EventContext) => sender && this.#drop(sender));
    for (const event of ['disconnected', 'connection_close']) {
      container.on(event, ({ connection }: EventContext) => this.#dropConnection(connection));
    }
    for (const event of [
      'error',
      'protocol_error',
      'connection_error',
      'session_error',
      'sender_error',
      'receiver_error',
      'session_close',
      'receiver_close',
    ]) {
      container.on(event, () => undefined);
    }
    const server = container.listen({
      port,
      host: '127.0.0.1',
      tcp_no_delay: true,
      max_frame_size: 65_536,
      channel_max: 4_999,
      receiver_options: { credit_window: 0, autoaccept: false },
      sender_options: { autosettle: false },
    } as Parameters<typeof container.listen>[0]);
    this.#server = server;
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // rhea hears "end" and "error", but a killed client only closes.
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const sender of [...this.#consumers.keys()]) {
          if ((sender.connection as unknown as { socket?: Socket }).socket === socket) this.#drop(sender);
        }
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('listening', resolve);
      this.#server?.once('error', reject);
    });
  }

  /** The client wants to receive: from a queue, or answers of $cbs and $management. */
  #onReceiverAttached(sender: Sender): void {
    const attach = remoteAttach(sender);
    const address = attach.source?.address ?? '';
    echoSettleModes(sender);
    if (isControl(address)) {
      sender.set_source({ address });
      if (attach.target) sender.set_target(attach.target as Parameters<Sender['set_target']>[0]);
      const replies = this.#replies.get(sender.connection) ?? new Map<string, Sender>();
      replies.set(attach.name, sender);
      if (attach.target?.address !== undefined) replies.set(attach.target.address, sender);
      this.#replies.set(sender.connection, replies);
      return;
    }
    const queue = this.#stores.get(entityOf(address));
    if (queue === undefined) {
      this.#refuseUnknown(sender, address);
      return;
    }
    const settled = attach.snd_settle_mode === 1;
    const filter = attach.source?.filter;
    if (filter === undefined || !(SESSION_FILTER in filter)) {
      if (queue.config.requiresSession) {
        refuse(sender, 'amqp:not-allowed', 'The queue needs sessions: accept one to receive.');
        return;
      }
      sender.set_source({ address });
      this.#consume({ link: sender, queue, session: undefined, settled, unsettled: 0, isLost: false });
      return;
    }
    this.#acceptSession(
      sender,
      queue,
      address,
      sessionIn(filter),
      settled,
      Number(attach.properties?.['com.microsoft:timeout'] ?? ACCEPT_TIMEOUT_MS),
    );
  }

  #acceptSession(
    sender: Sender,
    queue: QueueStore,
    address: string,
    wanted: string | undefined,
    settled: boolean,
    timeoutMs: number,
  ): void {
    const attempt = (release?: () => void): boolean => {
      const onLost = (): void => {
        const consumer = this.#consumers.get(sender);
        this.#consumers.delete(sender);
        if (consumer === undefined) return;
        consumer.isLost = true;
        closeIfLost(consumer);
      };
      const session = queue.acceptSession(wanted, onLost);
      if (session === 'none') return false;
      if (session === 'locked') {
        release?.();
        refuse(sender, 'com.microsoft:session-cannot-be-locked', 'The requested session is held by another receiver.');
        return true;
      }
      sender.set_source({ address, filter: { [SESSION_FILTER]: session.sessionId } });
      localAttach(sender).properties = {
        'com.microsoft:locked-until-utc': types.wrap_long(ticks(this.#wallTime(session.until))),
      };
      release?.();
      this.#consume({ link: sender, queue, session, settled, unsettled: 0, isLost: false });
      return true;
    };
    if (attempt()) return;
    const release = holdAttach(sender);
    const waiting = (): boolean => {
      if (!attempt(release)) return false;
      stopWaiting();
      return true;
    };
    const timer = setTimeout(
      () => {
        stopWaiting();
        release();
        refuse(sender, 'com.microsoft:timeout', 'No session with messages became free in time.');
      },
      Math.max(10, timeoutMs - 50),
    );
    timer.unref();
    const stopWaiting = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
      this.#abandonedAttach.delete(sender);
    };
    this.#waiting.add(waiting);
    this.#abandonedAttach.set(sender, () => {
      stopWaiting();
      release();
    });
  }

  /** Attaches held back whose client gave up meanwhile: the attach is answered before the detach. */
  readonly #abandonedAttach = new Map<Sender, () => void>();

  #consume(consumer: Consumer): void {
    this.#consumers.set(consumer.link, consumer);
    this.#pump(consumer);
  }

  /** In the service's words: the clients look for them. */
  #refuseUnknown(link: Sender | Receiver, address: string): void {
    const entity = `sb://127.0.0.1:${this.port}/${entityOf(address)}`;
    refuse(link, 'amqp:not-found', `The messaging entity '${entity}' could not be found.`);
  }

  /** The client wants to send: to a queue, or requests to $cbs and $management. */
  #onSenderAttached(receiver: Receiver): void {
    const address = remoteAttach(receiver).target?.address ?? '';
    echoSettleModes(receiver);
    if (!isControl(address) && !this.#stores.has(entityOf(address))) {
      this.#refuseUnknown(receiver, address);
      return;
    }
    if (!isControl(address) && this.refusesSenders) {
      refuse(receiver, 'amqp:unauthorized-access', "Unauthorized access. 'Send' claim(s) are required.");
      return;
    }
    receiver.set_target({ address });
    localAttach(receiver).max_message_size = MAX_MESSAGE_SIZE;
    receiver.add_credit(SEND_CREDIT);
  }

  #onMessage({ receiver, delivery, message, connection }: EventContext): void {
    if (receiver === undefined || delivery === undefined) return;
    const bytes = message as unknown as Buffer;
    const address = remoteAttach(receiver).target?.address ?? '';
    receiver.add_credit(1);
    if (isControl(address)) {
      delivery.accept();
      this.#control(address, bytes, connection);
      return;
    }
    if (bytes.length > MAX_MESSAGE_SIZE) {
      delivery.reject({
        condition: 'amqp:link:message-size-exceeded',
        description: `The message has ${bytes.length} bytes; the queue takes ${MAX_MESSAGE_SIZE}.`,
      });
      return;
    }
    const queue = this.queue(entityOf(address));
    const isBatch = (delivery as unknown as { format: number }).format === BATCH_FORMAT;
    const parts = (isBatch ? splitBatch(bytes) : [bytes]).map((part) => newMessage(part));
    if (queue.config.requiresSession && parts.some((part) => part.sessionId === undefined)) {
      delivery.reject({ condition: 'amqp:not-allowed', description: 'The queue needs a session id on each message.' });
      return;
    }
    for (const part of parts) queue.send(part);
    delivery.accept();
  }

  #control(address: string, bytes: Buffer, connection: Connection): void {
    const request = decodeMessage(bytes);
    const reply = this.#replies.get(connection)?.get(String(request.reply_to));
    const answer = (status: number, body?: unknown, condition?: string, description = 'Failed'): void => {
      reply?.send({
        correlation_id: request.message_id as string,
        application_properties: {
          statusCode: types.wrap_int(status),
          'status-code': types.wrap_int(status),
          statusDescription: status < 300 ? 'OK' : description,
          ...(condition === undefined ? {} : { errorCondition: types.wrap_symbol(condition) }),
        },
        body: body ?? {},
      });
    };
    if (entityOf(address) === CBS) {
      answer(202);
      return;
    }
    const queue = this.#stores.get(entityOf(address).slice(0, -MANAGEMENT.length));
    if (queue === undefined) answer(404, undefined, 'amqp:not-found');
    else manage(queue, request, answer, newMessage, encodeMessage);
  }

  #serve(queue: QueueStore): void {
    for (const attempt of [...this.#waiting]) attempt();
    for (const consumer of this.#consumers.values()) if (consumer.queue === queue) this.#pump(consumer);
  }

  #pump(consumer: Consumer): void {
    const { link, queue, session, settled } = consumer;
    // rhea takes credit only when it writes a transfer; what waits to be written counts already.
    for (let free = creditOf(link) - this.#unsent(link); free > 0 && link.is_open() && link.sendable(); free -= 1) {
      const lock = queue.take(session, settled);
      if (lock === undefined) return;
      const bytes = encodeMessage(lock.message, this.#wallTime(lock.until)) as unknown as Parameters<Sender['send']>[0];
      const delivery = link.send(bytes, tagOf(lock.token), 0);
      if (settled) continue;
      consumer.unsettled += 1;
      this.#locks.set(delivery, { lock, consumer });
    }
  }

  /** Clients compare a lock's end with the wall clock, and drop what has run out: virtual time is translated. */
  #wallTime(moment: number): number {
    return Date.now() + (moment - this.clock.now());
  }

  /** Deliveries handed to rhea that it has not written yet: credit is taken only when they leave. */
  #unsent(link: Sender): number {
    const { outgoing } = link.session as unknown as {
      outgoing: {
        next_pending_delivery: number;
        next_delivery_id: number;
        deliveries: { by_id(id: number): { link: Sender } | undefined };
      };
    };
    let count = 0;
    for (let id = outgoing.next_pending_delivery; id < outgoing.next_delivery_id; id += 1)
      if (outgoing.deliveries.by_id(id)?.link === link) count += 1;
    return count;
  }

  #onSettled(delivery: Delivery, outcome: 'accepted' | 'modified' | 'rejected' | 'released'): void {
    const held = this.#locks.get(delivery);
    if (held === undefined) return;
    this.#locks.delete(delivery);
    const { lock, consumer } = held;
    const { queue } = consumer;
    const state = delivery.remote_state as unknown as RemoteState | undefined;
    // rhea tells of "modified" as "released" first: the state says which it was.
    const defers = state?.undeliverable_here === true;
    if (defers || (outcome === 'rejected' && queue.deadLetters === undefined)) {
      // The lock stays: the client may settle the message in another way, through $management.
      settleDelivery(delivery, rejectedState('amqp:not-implemented', defers ? NO_DEFERRAL : NO_DEAD_DEAD_LETTER));
    } else {
      const isDone =
        outcome === 'accepted'
          ? queue.complete(lock.token)
          : outcome === 'rejected'
            ? queue.deadLetter(lock.token, state?.error?.info ?? {})
            : queue.abandon(lock.token, state?.message_annotations ?? {});
      const lost = lock.session === undefined ? 'com.microsoft:message-lock-lost' : 'com.microsoft:session-lock-lost';
      settleDelivery(
        delivery,
        isDone
          ? acceptedState()
          : rejectedState(lost, 'The lock supplied is invalid: it expired, or the message was settled.'),
      );
    }
    consumer.unsettled -= 1;
    closeIfLost(consumer);
  }

  #drop(sender: Sender): void {
    this.#abandonedAttach.get(sender)?.();
    const consumer = this.#consumers.get(sender);
    if (consumer === undefined) return;
    this.#consumers.delete(sender);
    // Without sessions a lock outlives its link and runs out by itself; a session is given back at once.
    if (consumer.session !== undefined) consumer.queue.releaseSession(consumer.session);
  }

  #dropConnection(connection: Connection): void {
    for (const sender of [...this.#consumers.keys(), ...this.#abandonedAttach.keys()])
      if (sender.connection === connection) this.#drop(sender);
  }
}

/** Closing before the last answer would leave the client waiting for it until its operation times out. */
function closeIfLost({ link, isLost, unsettled }: Consumer): void {
  if (isLost && unsettled === 0)
    link.close({ condition: 'com.microsoft:session-lock-lost', description: 'The session lock has expired.' });
}

interface RemoteState {
  readonly message_annotations?: Record<string, unknown>;
  readonly undeliverable_here?: boolean;
  readonly error?: { readonly info?: Record<string, unknown> };
}

/** The .NET client begins addresses with a slash; names are the same in any case. */
const entityOf = (address: string): string => address.replace(/^\//, '').toLowerCase();

const isControl = (address: string): boolean => entityOf(address) === CBS || entityOf(address).endsWith(MANAGEMENT);

/** A client that does not hear its own modes again keeps settled deliveries as unsettled (the .NET client, azure-amqp). */
function echoSettleModes(link: Sender | Receiver): void {
  const { snd_settle_mode, rcv_settle_mode } = remoteAttach(link);
  Object.assign(localAttach(link), { snd_settle_mode, rcv_settle_mode });
}

function sessionIn(filter: Readonly<Record<string, unknown>>): string | undefined {
  const raw = filter[SESSION_FILTER];
  const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
  return typeof value === 'string' ? value : undefined;
}

function refuse(link: Sender | Receiver, condition: string, description: string): void {
  link.close({ condition, description });
}
