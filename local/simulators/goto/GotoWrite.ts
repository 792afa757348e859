import { isLosslessNumber, parse as parseLossless } from 'lossless-json';

/** A write that was committed, answered or not. */
export interface GotoWrite {
  readonly at: number;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly userKey: string;
  /** The body as sent, numbers as text, since keys are longer than numbers can be; of a DELETE nothing. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The account's own fields that were set; licences are not among them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The account's licences afterwards. */
  readonly licenseKeys: readonly string[];
}

/** A JSON object with numbers as text; nothing for what is none. */
export function bodyOf(text: string): Readonly<Record<string, unknown>> {
  const body = withTexts(parsed(text));
  return isRecord(body) ? body : {};
}

function parsed(text: string): unknown {
  try {
    return parseLossless(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function withTexts(value: unknown): unknown {
  if (isLosslessNumber(value)) return value.value;
  if (Array.isArray(value)) return value.map(withTexts);
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withTexts(one)]))
    : value;
}
