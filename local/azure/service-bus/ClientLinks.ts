/** What clients attach to this broker: who receives from which queue, who sends to which, and who asks. */
import type { Connection, Delivery, Receiver, Sender } from 'rhea';
import type { StackClock } from '../../clock/StackClock';
import type { AmqpHandler } from './AmqpServer';
import type { Outcome } from './Consumer';
import { Consumers } from './Consumers';
import { ControlLinks } from './ControlLinks';
import { entityOf } from './entityOf';
import type { QueueStore } from './QueueStore';
import { refuse, refuseUnknown } from './refuse';
import { echoSettleModes, localAttach, remoteAttach } from './rheaInternals';
import { SessionAccepts } from './SessionAccepts';
import { wantedSession } from './sessionFilter';
import { MAX_MESSAGE_SIZE, takeDelivery } from './takeDelivery';

const SEND_CREDIT = 1_500;

export class ClientLinks implements AmqpHandler {
  /** Nobody may send, as an identity without the role may not. */
  refusesSenders = false;
  readonly #consumers: Consumers;
  readonly #accepts: SessionAccepts;
  readonly #control: ControlLinks;

  /** @param queues by their names in small letters, dead-letter queues too */
  constructor(
    private readonly queues: ReadonlyMap<string, QueueStore>,
    clock: StackClock,
  ) {
    this.#consumers = new Consumers(clock);
    this.#accepts = new SessionAccepts(this.#consumers, clock);
    this.#control = new ControlLinks(queues);
    for (const queue of queues.values())
      queue.onChange(() => {
        this.#accepts.retry();
        this.#consumers.serve(queue);
      });
  }

  /** The client wants to receive: from a queue, or answers of $cbs and $management. */
  onReceiverAttached(link: Sender): void {
    const attach = remoteAttach(link);
    const address = attach.source?.address ?? '';
    echoSettleModes(link);
    if (ControlLinks.isControl(address)) {
      this.#control.attach(link, address);
      return;
    }
    const queue = this.queues.get(entityOf(address));
    if (queue === undefined) {
      refuseUnknown(link, address);
      return;
    }
    const wanted = wantedSession(attach);
    if (wanted !== undefined) this.#accepts.accept(link, queue, address, wanted.sessionId);
    else if (queue.config.requiresSession)
      refuse(link, 'amqp:not-allowed', 'The queue needs sessions: accept one to receive.');
    else {
      link.set_source({ address });
      this.#consumers.add(link, queue, undefined);
    }
  }

  /** The client wants to send: to a queue, or requests to $cbs and $management. */
  onSenderAttached(link: Receiver): void {
    const address = remoteAttach(link).target?.address ?? '';
    echoSettleModes(link);
    if (!ControlLinks.isControl(address)) {
      if (!this.queues.has(entityOf(address))) {
        refuseUnknown(link, address);
        return;
      }
      if (this.refusesSenders) {
        refuse(link, 'amqp:unauthorized-access', "Unauthorized access. 'Send' claim(s) are required.");
        return;
      }
    }
    link.set_target({ address });
    localAttach(link).max_message_size = MAX_MESSAGE_SIZE;
    link.add_credit(SEND_CREDIT);
  }

  onMessage(link: Receiver, delivery: Delivery, bytes: Buffer): void {
    const address = remoteAttach(link).target?.address ?? '';
    if (ControlLinks.isControl(address)) {
      delivery.accept();
      this.#control.answer(address, bytes, link.connection);
      return;
    }
    const queue = this.queues.get(entityOf(address));
    if (queue !== undefined) takeDelivery(queue, delivery, bytes);
  }

  onFlow(link: Sender): void {
    this.#consumers.pump(link);
  }

  onSettled(link: Sender, delivery: Delivery, outcome: Outcome): void {
    this.#consumers.settle(link, delivery, outcome);
  }

  onDetached(link: Sender): void {
    this.#accepts.abandon(link);
    this.#consumers.drop(link);
  }

  onDisconnected(isGone: (connection: Connection) => boolean): void {
    for (const link of [...this.#accepts.links, ...this.#consumers.links])
      if (isGone(link.connection)) this.onDetached(link);
  }
}
