/** `$cbs`, where a client shows its token, and `<queue>/$management`: requests on one link, answers on another. */
import { types, type Connection, type Sender } from 'rhea';
import { decodeMessage } from './codec';
import { entityOf } from './entityOf';
import { manage } from './manage';
import type { QueueStore } from './QueueStore';
import { remoteAttach } from './rheaInternals';
import { encodeMessage, newMessage } from './wireMessage';

const CBS = '$cbs';
const MANAGEMENT = '/$management';

export class ControlLinks {
  /** Where a connection hears its answers, by the names that a request may say. */
  readonly #replies = new WeakMap<Connection, Map<string, Sender>>();

  constructor(private readonly queues: ReadonlyMap<string, QueueStore>) {}

  static isControl(address: string): boolean {
    return entityOf(address) === CBS || entityOf(address).endsWith(MANAGEMENT);
  }

  /** The client wants to hear answers. */
  attach(link: Sender, address: string): void {
    const { name, target } = remoteAttach(link);
    link.set_source({ address });
    if (target) link.set_target(target as Parameters<Sender['set_target']>[0]);
    const replies = this.#replies.get(link.connection) ?? new Map<string, Sender>();
    replies.set(name, link);
    if (target?.address !== undefined) replies.set(target.address, link);
    this.#replies.set(link.connection, replies);
  }

  /** The client asks. */
  answer(address: string, bytes: Buffer, connection: Connection): void {
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
    const entity = entityOf(address);
    if (entity === CBS) {
      // Every key is accepted.
      answer(202);
      return;
    }
    const queue = this.queues.get(entity.slice(0, -MANAGEMENT.length));
    if (queue === undefined) answer(404, undefined, 'amqp:not-found');
    else manage(queue, request, answer, newMessage, encodeMessage);
  }
}
