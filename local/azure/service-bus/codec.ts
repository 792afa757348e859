/**
 * Cuts an encoded AMQP message into its sections and puts it together again. Properties, application properties and
 * body are passed on byte by byte, so that no type is lost; only header and annotations are written anew.
 */
import { message as amqpMessage } from 'rhea';

/** Section codes (AMQP 1.0, part 3.2). */
export const HEADER = 0x70;
export const ANNOTATIONS = 0x72;
export const PROPERTIES = 0x73;
export const APPLICATION_PROPERTIES = 0x74;

/** A batch: each data section of its body is one encoded message. */
export const BATCH_FORMAT = 0x80013700;
const DATA = 0x75;

export interface Section {
  readonly code: number;
  /** The whole section, descriptor included. */
  readonly bytes: Buffer;
  /** The value behind the descriptor. */
  readonly value: Buffer;
}

export function splitSections(bytes: Buffer): Section[] {
  const sections: Section[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0x00) throw new RangeError('not a section');
    const isSmall = bytes[at + 1] === 0x53;
    const code = isSmall ? bytes.readUInt8(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const valueAt = at + (isSmall ? 3 : 10);
    const end = valueAt + sizeOfValue(bytes, valueAt);
    sections.push({ code, bytes: bytes.subarray(at, end), value: bytes.subarray(valueAt, end) });
    at = end;
  }
  return sections;
}

/** The upper half of a type's constructor byte tells its width (AMQP 1.0, part 1.2). */
function sizeOfValue(bytes: Buffer, at: number): number {
  const constructor = bytes.readUInt8(at);
  const fixed: Readonly<Record<number, number>> = { 0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16 };
  const width = constructor >> 4;
  const known = fixed[width];
  if (known !== undefined) return 1 + known;
  return width === 0xa || width === 0xc || width === 0xe ? 2 + bytes.readUInt8(at + 1) : 5 + bytes.readUInt32BE(at + 1);
}

/** The messages of a batch, still encoded. */
export function splitBatch(bytes: Buffer): Buffer[] {
  return splitSections(bytes)
    .filter((section) => section.code === DATA)
    .map(({ value }) => (value[0] === 0xa0 ? value.subarray(2) : value.subarray(5)));
}

export interface DecodedMessage {
  readonly message_id?: unknown;
  readonly group_id?: string | undefined;
  readonly reply_to?: string | undefined;
  readonly correlation_id?: unknown;
  readonly ttl?: number | undefined;
  readonly body?: unknown;
  readonly application_properties?: Readonly<Record<string, unknown>> | undefined;
  readonly message_annotations?: Readonly<Record<string, unknown>> | undefined;
}

export const decodeMessage = (bytes: Buffer): DecodedMessage => amqpMessage.decode(bytes) as unknown as DecodedMessage;

/** Only the named sections of a message, encoded. */
export function encodeSections(fields: object, codes: readonly number[]): Buffer {
  const encoded = amqpMessage.encode({ body: '', ...fields } as Parameters<typeof amqpMessage.encode>[0]);
  return Buffer.concat(
    splitSections(Buffer.from(encoded))
      .filter((section) => codes.includes(section.code))
      .map((section) => section.bytes),
  );
}
