import { z } from 'zod';

/**
 * "Look at this person again." A mark lives until a real cycle has ended what answers it (docs/protocol.md 1, 2).
 * Escrow is a mark that waits.
 */
export const markSchema = z.object({
  /** When (ms) what must be looked at was seen: an answer must rest on a read that is younger by Graph's lag. */
  since: z.number(),
  why: z.string(),
  /** Not due before this moment (ms); null: at once. A time, never an event (docs/protocol.md R26). */
  wait: z.number().nullable(),
  /** Failed cycles in a row: the escrow's count. */
  attempts: z.number().default(0),
  code: z.string().nullable().default(null),
  message: z.string().nullable().default(null),
  /** Since when (ms) the person's access seems to be gone (I05). */
  absentSince: z.number().nullable().default(null),
  /** Since when (ms) the person has been wanted who waits for a seat: seats go in this order, whatever changes meanwhile. */
  seatSince: z.number().nullable().default(null),
});

export type Mark = Readonly<z.output<typeof markSchema>>;

/** A mark that is due at once. @param since in ms */
export const newMark = (since: number, why: string): Mark => ({
  since,
  why,
  wait: null,
  attempts: 0,
  code: null,
  message: null,
  absentSince: null,
  seatSince: null,
});
