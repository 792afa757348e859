/** Messages between the wire and the store. */
import { randomUUID } from 'node:crypto';
import { types } from 'rhea';
import {
  ANNOTATIONS,
  APPLICATION_PROPERTIES,
  decodeMessage,
  encodeSections,
  HEADER,
  PROPERTIES,
  splitSections,
} from './codec';
import type { NewMessage, QueuedMessage } from './QueuedMessage';

const NET_EPOCH_TICKS = 621_355_968_000_000_000n;

/** .NET ticks of a moment in ms, as 8 bytes. */
export function ticks(ms: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(NET_EPOCH_TICKS + BigInt(Math.round(ms)) * 10_000n);
  return buffer;
}

/** A lock token is a UUID shown in .NET's byte order: the first three groups are reversed on the wire. */
export function tagOf(token: string): Buffer {
  const bytes = Buffer.from(token.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** An encoded message as the store keeps it. */
export function newMessage(bytes: Buffer): NewMessage {
  const decoded = decodeMessage(bytes);
  const annotations = decoded.message_annotations ?? {};
  const scheduled = annotations['x-opt-scheduled-enqueue-time'];
  // The client's lock renewer needs a message id on every message.
  const messageId = typeof decoded.message_id === 'string' ? decoded.message_id : randomUUID().replaceAll('-', '');
  const kept = splitSections(bytes).filter((section) => section.code >= PROPERTIES);
  const sections =
    decoded.message_id === undefined || decoded.message_id === null
      ? [
          { code: PROPERTIES, bytes: encodeSections({ ...decoded, message_id: messageId }, [PROPERTIES]) },
          ...kept.filter((section) => section.code !== PROPERTIES),
        ]
      : kept;
  return {
    messageId,
    sessionId: decoded.group_id,
    scheduledFor: scheduled === undefined || scheduled === null ? undefined : Number(scheduled),
    ttlMs: decoded.ttl,
    sections: sections.map(({ code, bytes: own }) => ({ code, bytes: Buffer.from(own) })),
    annotations,
  };
}

/** The message as a receiver gets it. @param lockedUntil in ms since the epoch */
export function encodeMessage(message: QueuedMessage, lockedUntil: number): Buffer {
  const annotations = { ...message.annotations };
  delete annotations['x-opt-scheduled-enqueue-time'];
  const head = encodeSections(
    {
      delivery_count: message.deliveryCount,
      message_annotations: {
        ...annotations,
        'x-opt-sequence-number': types.wrap_long(message.sequence),
        'x-opt-enqueue-sequence-number': types.wrap_long(message.sequence),
        'x-opt-enqueued-time': types.wrap_timestamp(message.enqueuedAt),
        'x-opt-locked-until': types.wrap_timestamp(lockedUntil),
        'x-opt-message-state': types.wrap_int(message.scheduledFor === undefined ? 0 : 2),
        ...(message.scheduledFor === undefined
          ? {}
          : { 'x-opt-scheduled-enqueue-time': types.wrap_timestamp(message.scheduledFor) }),
        ...(message.deadLetter === undefined ? {} : { 'x-opt-deadletter-source': message.deadLetter.source }),
      },
    },
    [HEADER, ANNOTATIONS],
  );
  if (message.deadLetter === undefined)
    return Buffer.concat([head, ...message.sections.map((section) => section.bytes)]);
  const own = message.sections.find((section) => section.code === APPLICATION_PROPERTIES);
  const before = own === undefined ? {} : (decodeMessage(own.bytes).application_properties ?? {});
  const applicationProperties = encodeSections(
    { application_properties: { ...before, ...message.deadLetter.properties } },
    [APPLICATION_PROPERTIES],
  );
  const rest = message.sections.filter((section) => section.code !== APPLICATION_PROPERTIES);
  const [first, others] = [
    rest.filter((section) => section.code === PROPERTIES),
    rest.filter((section) => section.code !== PROPERTIES),
  ];
  return Buffer.concat([head, ...first.map((s) => s.bytes), applicationProperties, ...others.map((s) => s.bytes)]);
}
