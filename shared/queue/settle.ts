import type { MessageSender } from './MessageSender';
import type { Outgoing } from './messages';

/**
 * The one way from a handled message to the broker: what follows is sent first, then the message is completed by
 * returning. Numbers were stored before, so a crash in between only repeats what is dropped or harmless
 * (docs/protocol.md 5).
 */
export async function settle(sender: MessageSender, outgoing: readonly Outgoing[]): Promise<void> {
  await sender.send(outgoing);
}
