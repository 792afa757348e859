import type { Receiver, Sender } from 'rhea';
import { entityOf } from './entityOf';
import { socketOf } from './rheaInternals';

/** Closes a link that is being attached. */
export function refuse(link: Sender | Receiver, condition: string, description: string): void {
  link.close({ condition, description });
}

/** In the service's words: the clients look for them. */
export function refuseUnknown(link: Sender | Receiver, address: string): void {
  const entity = `sb://127.0.0.1:${socketOf(link.connection)?.localPort ?? 0}/${entityOf(address)}`;
  refuse(link, 'amqp:not-found', `The messaging entity '${entity}' could not be found.`);
}
