/** The operations of `<queue>/$management` (local-stack.md 2, table). */
import { types } from 'rhea';
import type { DecodedMessage } from './codec';
import type { NewMessage, QueuedMessage } from './QueuedMessage';
import type { QueueStore } from './QueueStore';

type Answer = (status: number, body?: unknown, condition?: string) => void;

export function manage(
  queue: QueueStore,
  request: DecodedMessage,
  answer: Answer,
  newMessage: (bytes: Buffer) => NewMessage,
  encodeMessage: (message: QueuedMessage, lockedUntil: number) => Buffer,
): void {
  const operation = textOf(request.application_properties?.['operation']).replace('com.microsoft:', '');
  const body = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as Readonly<
    Record<string, unknown>
  >;
  const sessionId = typeof body['session-id'] === 'string' ? body['session-id'] : undefined;

  switch (operation) {
    case 'peek-message': {
      const messages = queue.peek(numberOf(body['from-sequence-number']), numberOf(body['message-count']), sessionId);
      if (messages.length === 0) answer(204);
      else answer(200, { messages: messages.map((message) => ({ message: encodeMessage(message, 0) })) });
      return;
    }
    case 'renew-lock': {
      const until = listOf(body['lock-tokens']).map((token) => queue.renewLock(uuidOf(token)));
      if (until.some((one) => one === undefined)) answer(410, undefined, 'com.microsoft:message-lock-lost');
      else answer(200, { expirations: types.wrap_array(until, 0x83, undefined) });
      return;
    }
    case 'renew-session-lock': {
      const until = queue.renewSession(sessionId ?? '');
      if (until === undefined) answer(410, undefined, 'com.microsoft:session-lock-lost');
      else answer(200, { expiration: types.wrap_timestamp(until) });
      return;
    }
    case 'schedule-message': {
      const messages = listOf(body['messages']) as readonly { readonly message: Buffer }[];
      const numbers = messages.map(({ message }) => queue.send(newMessage(message)));
      answer(200, { 'sequence-numbers': types.wrap_array(numbers, 0x81, undefined) });
      return;
    }
    case 'cancel-scheduled-message': {
      const found = listOf(body['sequence-numbers']).map((number) => queue.cancelScheduled(numberOf(number)));
      if (found.every(Boolean)) answer(200);
      else answer(404, undefined, 'com.microsoft:message-not-found');
      return;
    }
    case 'update-disposition': {
      const status = String(body['disposition-status']);
      const properties = (body['properties-to-modify'] ?? {}) as Readonly<Record<string, unknown>>;
      const reason = {
        ...properties,
        DeadLetterReason: body['deadletter-reason'] ?? null,
        DeadLetterErrorDescription: body['deadletter-description'] ?? null,
      };
      const settle = (token: string): boolean =>
        status === 'completed'
          ? queue.complete(token)
          : status === 'suspended'
            ? queue.deadLetter(token, reason)
            : queue.abandon(token, properties);
      if (
        listOf(body['lock-tokens'])
          .map((token) => settle(uuidOf(token)))
          .every(Boolean)
      )
        answer(200);
      else answer(410, undefined, 'com.microsoft:message-lock-lost');
      return;
    }
    case 'get-session-state':
      answer(200, { 'session-state': queue.sessionState(sessionId ?? '') ?? null });
      return;
    case 'set-session-state': {
      const state = body['session-state'];
      queue.setSessionState(sessionId ?? '', Buffer.isBuffer(state) ? state : undefined);
      answer(200);
      return;
    }
    default:
      answer(501, undefined, 'amqp:not-implemented');
  }
}

/** rhea yields longs as numbers, or as 8 bytes when they are large. */
function numberOf(value: unknown): number {
  if (Buffer.isBuffer(value)) return Number(value.readBigInt64BE());
  return Number(value);
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];

/** $management carries lock tokens as UUIDs in network order. */
function uuidOf(value: unknown): string {
  const hex = Buffer.isBuffer(value) ? value.toString('hex') : String(value).replaceAll('-', '');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
