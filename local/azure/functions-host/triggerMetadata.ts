/** What the host tells a function about its messages; the library turns the names into camel case. */
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from './protocol';

/** The real host's delivery count begins at 1, the SDK's at 0. */
function propertiesOf(message: ServiceBusReceivedMessage | undefined) {
  return {
    MessageId: String(message?.messageId ?? ''),
    SessionId: message?.sessionId ?? '',
    DeliveryCount: (message?.deliveryCount ?? 0) + 1,
    SequenceNumber: Number(message?.sequenceNumber?.toString() ?? 0),
    EnqueuedTimeUtc: message?.enqueuedTimeUtc?.toISOString() ?? '',
    ContentType: message?.contentType ?? '',
    ApplicationProperties: message?.applicationProperties ?? {},
  };
}

/** Top-level properties of a JSON body are merged in and win, as in the real host (local-stack.md 3). */
export function metadataOfOne(message: ServiceBusReceivedMessage | undefined, text: string): Record<string, TypedData> {
  const merged = { ...propertiesOf(message), ...bodyProperties(text) };
  return Object.fromEntries(Object.entries(merged).map(([key, value]) => [key, typedData(value)]));
}

export function metadataOfMany(messages: readonly ServiceBusReceivedMessage[]): Record<string, TypedData> {
  const all = messages.map(propertiesOf);
  const column = (key: keyof ReturnType<typeof propertiesOf>): TypedData => typedData(all.map((one) => one[key]));
  return {
    MessageIdArray: column('MessageId'),
    SessionIdArray: column('SessionId'),
    DeliveryCountArray: column('DeliveryCount'),
    SequenceNumberArray: column('SequenceNumber'),
    EnqueuedTimeUtcArray: column('EnqueuedTimeUtc'),
    ApplicationPropertiesArray: column('ApplicationProperties'),
  };
}

function bodyProperties(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}

const typedData = (value: unknown): TypedData =>
  typeof value === 'string'
    ? { string: value }
    : typeof value === 'number' && Number.isInteger(value)
      ? { int: value }
      : { json: JSON.stringify(value) };
