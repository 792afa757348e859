const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/u;
const HEX = /^&[Hh]([0-9A-Fa-f]+)$/u;

/** Digits beyond any number of .NET; turning 100,000 of them into a number takes 40 ms. */
const MAX_LENGTH = 1_000;

/** Decimal or `&H` text → whole number as bigint, with a fraction as number; null when it is no number. */
export function parseNumber(text: string): bigint | number | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) return null;
  const hex = HEX.exec(trimmed)?.[1];
  if (hex !== undefined) return BigInt(`0x${hex}`);
  if (!DECIMAL.test(trimmed)) return null;
  const [whole = '', fraction = ''] = trimmed.split('.');
  if (/^0*$/u.test(fraction) && /\d/u.test(whole)) return BigInt(whole.replace(/^\+/u, ''));
  return Number(trimmed);
}
