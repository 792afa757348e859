/**
 * The parts of rhea that its type file leaves out and a broker needs. Each was read in rhea 3.0.5; the version is
 * pinned exactly, because they are internals.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { message, type Connection, type Delivery, type Receiver, type Sender, type Session } from 'rhea';

interface Outcome {
  described(): unknown;
}
const outcomes = message as unknown as { accepted(): Outcome; rejected(fields: object): Outcome };

export const acceptedState = (): unknown => outcomes.accepted().described();
export const rejectedState = (condition: string, description: string): unknown =>
  outcomes.rejected({ error: { condition, description } }).described();

export const creditOf = (link: Sender): number => (link as unknown as { credit: number }).credit;

/** The format of a message, or of a batch. */
export const formatOf = (delivery: Delivery): number => (delivery as unknown as { format: number }).format;

export const socketOf = (connection: Connection): Socket | undefined =>
  (connection as unknown as { socket?: Socket }).socket;

/** Deliveries handed to rhea that it has not written yet: credit is taken only when they leave. */
export function unsentOf(link: Sender): number {
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

const load = createRequire(__filename);
const frames = load('rhea/lib/frames.js') as { disposition(fields: object): unknown };

interface SessionInternals {
  readonly incoming: { on_transfer(frame: TransferFrame, receiver: unknown): void };
  output(frame: unknown): void;
}
interface TransferFrame {
  readonly performative: { message_format?: number };
}
interface ConnectionInternals {
  _register(): void;
  _write_frame(channel: number): void;
}

/** Any other format than 0 makes rhea hand over the raw bytes; the batch format stays as it is. */
const RAW_FORMAT = 1;

export function keepMessagesRaw(session: Session, batchFormat: number): void {
  const { incoming } = session as unknown as SessionInternals;
  const original = incoming.on_transfer.bind(incoming);
  incoming.on_transfer = (frame, receiver) => {
    if (frame.performative.message_format !== batchFormat) frame.performative.message_format = RAW_FORMAT;
    original(frame, receiver);
  };
}

/**
 * Settles one delivery with a frame of its own: rhea would merge it with a neighbour of another outcome. Marked
 * remotely settled too, since the client never sends the last settle and rhea would keep 2,048 deliveries and stop.
 */
export function settleDelivery(delivery: Delivery, state: unknown): void {
  const internals = delivery as unknown as { id: number; settled: boolean; remote_settled: boolean; link: Sender };
  (internals.link.session as unknown as SessionInternals).output(
    frames.disposition({ role: false, first: internals.id, last: internals.id, settled: true, state }),
  );
  internals.settled = true;
  internals.remote_settled = true;
  register(internals.link.connection);
}

/** Makes rhea look for frames to write. */
const register = (connection: Connection): void => (connection as unknown as ConnectionInternals)._register();

/** Holds back the answer to an attach until a session is free; call the result to let it go. */
export function holdAttach(link: Sender): () => void {
  const state = (link as unknown as { state: { open_requests: number } }).state;
  state.open_requests = 0;
  return () => {
    state.open_requests = 1;
    register(link.connection);
  };
}

/** The attach frame being prepared, whose properties and sizes have no setter. */
export function localAttach(link: Sender | Receiver): { properties?: object; max_message_size?: number } {
  return (link as unknown as { local: { attach: { properties?: object; max_message_size?: number } } }).local.attach;
}

export interface RemoteAttach {
  readonly name: string;
  readonly source?: { readonly address?: string; readonly filter?: Readonly<Record<string, unknown>> } | null;
  readonly target?: { readonly address?: string } | null;
  readonly snd_settle_mode?: number;
  readonly rcv_settle_mode?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export const remoteAttach = (link: Sender | Receiver): RemoteAttach =>
  (link as unknown as { remote: { attach: RemoteAttach } }).remote.attach;

/** A client that does not hear its own modes again keeps settled deliveries as unsettled (the .NET client, azure-amqp). */
export function echoSettleModes(link: Sender | Receiver): void {
  const { snd_settle_mode, rcv_settle_mode } = remoteAttach(link);
  Object.assign(localAttach(link), { snd_settle_mode, rcv_settle_mode });
}

/** The client leaves Nagle's algorithm on: an empty frame answers each flow at once and saves 40 ms a hop. */
export function answerFlow(connection: Connection): void {
  setImmediate(() => {
    const socket = socketOf(connection);
    // An empty AMQP frame: size 8, data offset 2, type 0, channel 0.
    if (socket !== undefined && !socket.destroyed && socket.writable)
      socket.write(Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]));
  });
}

/**
 * Tells the client that its drain is done, also when no credit was left: rhea would then leave the drain flag out, and
 * the client would wait 200 ms and close the link. rhea writes waiting transfers before flows, so none is overtaken.
 */
export function sendDrained(sender: Sender): void {
  const link = sender as unknown as {
    _get_drain?: () => boolean;
    credit: number;
    delivery_count: number;
    issue_flow: boolean;
  };
  link._get_drain = () => {
    delete link._get_drain;
    link.delivery_count += link.credit;
    link.credit = 0;
    return true;
  };
  link.issue_flow = true;
  register(sender.connection);
}

/** At the SASL level the client says ANONYMOUS or MSSBCBS; both are let in, and $cbs follows. */
export function acceptAnybody(container: object): void {
  const { sasl_server_mechanisms } = container as {
    sasl_server_mechanisms: { enable_anonymous(): void; [mechanism: string]: unknown };
  };
  sasl_server_mechanisms.enable_anonymous();
  sasl_server_mechanisms['MSSBCBS'] = sasl_server_mechanisms['ANONYMOUS'];
}
