import type { Value } from './Value';

/**
 * An attribute as it stands in JSON → a value of the language: whole numbers become bigint, objects of app roles become
 * roles, any other object its JSON text.
 */
export function attributeValueOf(input: unknown): Value {
  if (input === null || input === undefined) return null;
  if (typeof input === 'string' || typeof input === 'boolean' || typeof input === 'bigint') return input;
  if (typeof input === 'number') return Number.isSafeInteger(input) ? BigInt(input) : input;
  if (Array.isArray(input)) return input.map(attributeValueOf);
  if (typeof input !== 'object') return null;
  const fields = new Map<string, unknown>(Object.entries(input));
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  if (!fields.has('displayName') && !fields.has('value')) return JSON.stringify(input);
  return { kind: 'role', id: text('id'), value: text('value'), displayName: text('displayName') };
}
