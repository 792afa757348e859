import { z } from 'zod';
import { attributeValueSchema } from './Person';
import { tolerant } from './tolerant';

/** What Entra said of a person when it was last read; the planner's row, never a basis of a write by itself. */
export const sourceFactsSchema = z.object({
  displayName: z.string().default(''),
  attributes: z.record(z.string(), attributeValueSchema).nullable().default(null),
  /** Of somebody who is gone from Entra: what it showed last. Filters and expressions go by it. */
  lastAttributes: z.record(z.string(), attributeValueSchema).nullable().default(null),
  /** Gone from Entra: to the recycle bin, or for good. */
  deleted: tolerant(['soft', 'hard', 'no'], 'no').default('no'),
  /** When (ms), and in which cycle, it was read. */
  readAt: z.number().default(0),
  readIn: z.string().default(''),
  via: z.array(z.string()).readonly().default([]),
  /** Groups of an assigned group that the person was in: who comes back from the recycle bin is looked for there. */
  within: z.array(z.string()).readonly().default([]),
  /** What was wanted last, and with which address: who exchanges addresses with whom is seen from it. */
  wants: tolerant(['active', 'inactive', 'leave', 'unknown'], 'unknown').default('unknown'),
  wantedEmail: z.string().default(''),
  /** When (ms) the account of somebody who has lost access was last seen in use; null where it never was. */
  inUseAt: z.number().nullable().default(null),
  /** The reason of the last skip that was logged, so that the same one is not logged every cycle. */
  skipLogged: z.string().default(''),
});

export type SourceFacts = Readonly<z.output<typeof sourceFactsSchema>>;

/** Somebody who was never read. */
export const NO_FACTS: SourceFacts = sourceFactsSchema.parse({});
