/** Listens for AMQP clients on the loopback, and tells what they do. */
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  create_container,
  type Connection,
  type Container,
  type Delivery,
  type EventContext,
  type Receiver,
  type Sender,
} from 'rhea';
import { BATCH_FORMAT } from './codec';
import type { Outcome } from './Consumer';
import { acceptAnybody, answerFlow, keepMessagesRaw, sendDrained, socketOf } from './rheaInternals';

/** Seen from here: a client that receives is a Sender, one that sends is a Receiver. */
export interface AmqpHandler {
  onReceiverAttached(link: Sender): void;
  onSenderAttached(link: Receiver): void;
  onMessage(link: Receiver, delivery: Delivery, bytes: Buffer): void;
  /** It has given credit, or wants what there is. */
  onFlow(link: Sender): void;
  onSettled(link: Sender, delivery: Delivery, outcome: Outcome): void;
  onDetached(link: Sender): void;
  /** All links of the connections that hold are gone. */
  onDisconnected(isGone: (connection: Connection) => boolean): void;
}

/** Errors are told by the events that follow them; unheard they would be thrown. */
const UNUSED_EVENTS = [
  'error',
  'protocol_error',
  'connection_error',
  'session_error',
  'sender_error',
  'receiver_error',
  'session_close',
  'receiver_close',
];

export class AmqpServer {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly handler: AmqpHandler,
  ) {
    server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  /** @param port 0 takes a free one */
  static async listen(port: number, handler: AmqpHandler): Promise<AmqpServer> {
    const container = create_container({ id: 'local-service-bus' });
    // The client authenticates through $cbs; at the SASL level it says MSSBCBS or ANONYMOUS.
    acceptAnybody(container);
    tell(container, handler);
    const server = container.listen({
      port,
      host: '127.0.0.1',
      tcp_no_delay: true,
      max_frame_size: 65_536,
      channel_max: 4_999,
      receiver_options: { credit_window: 0, autoaccept: false },
      sender_options: { autosettle: false },
    } as Parameters<typeof container.listen>[0]);
    const own = new AmqpServer(server, handler);
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return own;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts every client off, as a network fault would. */
  dropConnections(): void {
    // Without an error rhea would not hear of it, and its heartbeat would write to the dead socket for ever.
    for (const socket of this.#sockets) socket.destroy(new Error('The broker has cut this connection.'));
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // rhea hears "end" and "error", but a killed client only closes.
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.handler.onDisconnected((connection) => socketOf(connection) === socket);
    });
    socket.on('error', () => undefined);
  }
}

function tell(container: Container, handler: AmqpHandler): void {
  container.on('session_open', ({ session }: EventContext) => session && keepMessagesRaw(session, BATCH_FORMAT));
  container.on('sender_open', ({ sender }: EventContext) => sender && handler.onReceiverAttached(sender));
  container.on('receiver_open', ({ receiver }: EventContext) => receiver && handler.onSenderAttached(receiver));
  container.on('message', ({ receiver, delivery, message }: EventContext) => {
    if (receiver === undefined || delivery === undefined) return;
    receiver.add_credit(1);
    handler.onMessage(receiver, delivery, message as unknown as Buffer);
  });
  container.on('sender_flow', ({ sender, connection }: EventContext) => {
    answerFlow(connection);
    if (sender !== undefined) handler.onFlow(sender);
  });
  container.on('sender_draining', ({ sender }: EventContext) => {
    if (sender === undefined) return;
    handler.onFlow(sender);
    sendDrained(sender);
  });
  for (const outcome of ['accepted', 'modified', 'rejected', 'released'] as const) {
    container.on(
      outcome,
      ({ sender, delivery }: EventContext) => sender && delivery && handler.onSettled(sender, delivery, outcome),
    );
  }
  container.on('sender_close', ({ sender }: EventContext) => sender && handler.onDetached(sender));
  for (const event of ['disconnected', 'connection_close']) {
    container.on(event, ({ connection }: EventContext) => handler.onDisconnected((one) => one === connection));
  }
  for (const event of UNUSED_EVENTS) container.on(event, () => undefined);
}
