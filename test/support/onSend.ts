import { MessageSender } from '../../shared/queue/MessageSender';
import type { Outgoing } from '../../shared/queue/messages';

type Send = (outgoing: readonly Outgoing[]) => Promise<void>;

/** Stands between the connector and the broker until the mocks are restored: told what is sent, and how to send it. */
export function onSend(between: (outgoing: readonly Outgoing[], send: Send) => Promise<void>): { mockRestore(): void } {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
  const original = MessageSender.prototype.send;
  return jest.spyOn(MessageSender.prototype, 'send').mockImplementation(function (this: MessageSender, outgoing) {
    return between(outgoing, (more) => original.call(this, more));
  });
}
