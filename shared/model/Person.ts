import { z } from 'zod';

export const attributeValueSchema = z.union([
  z.string(),
  z.boolean(),
  z.number(),
  z.null(),
  z.array(z.string()).readonly(),
]);
export type AttributeValue = z.output<typeof attributeValueSchema>;

/** A user of Entra, as far as the mapping needs it. Attribute names are Graph's. */
export interface Person {
  readonly id: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The value of a text attribute; null when it is missing, empty or not text. */
export function textOf(person: Person, attribute: string): string | null {
  const value = person.attributes[attribute];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Only an explicit `false` blocks: a user read without the attribute is not taken for disabled (I17). */
export const isSignInBlocked = (person: Person): boolean => person.attributes['accountEnabled'] === false;
