import { z } from 'zod';
import { intentSchema } from './Intent';
import { linkSchema } from './Link';
import { logEntrySchema } from './LogEntry';
import { planResultSchema } from './PlanEntry';
import { tolerant } from './tolerant';

/**
 * How a person stands in GoTo: the one row that decides, every step of apply changes it under the etag it read
 * (docs/protocol.md 1). All else copies.
 */
export const managedPersonSchema = z.object({
  link: linkSchema.nullable().default(null),
  /**
   * The tie that a restart has forgotten, until there is another one: whoever is not wanted before that gets it back, or the
   * account would stay open and be nobody's.
   */
  untied: linkSchema.nullable().default(null),
  pending: intentSchema.nullable().default(null),
  /** Facts of this moment (ms) were applied last: older ones do nothing any more (docs/protocol.md R15). */
  seenAt: z.number().default(0),
  /** When (ms) GoTo was last written to: its reads may lag behind that (docs/protocol.md R11). */
  wroteAt: z.number().default(0),
  /** A request of an earlier intent may still land until this moment (ms): nothing else is sent before. */
  fencedUntil: z.number().default(0),
  /** How the last cycle that handled the person ended for them: a repeat copies it. */
  last: z.object({ cycleId: z.string(), result: planResultSchema }).nullable().default(null),
  /** What the cycle at work has written so far. */
  part: z
    .object({ cycleId: z.string(), entries: z.array(logEntrySchema).readonly() })
    .nullable()
    .default(null),
  /** Changes of the person wait for an admin; a value of another release holds too. */
  hold: tolerant(['revert', 'rejected', 'unknown'], 'unknown').nullable().default(null),
  /** The cycle whose undo holds the person. */
  heldBy: z.string().nullable().default(null),
});

export type ManagedPerson = Readonly<z.output<typeof managedPersonSchema>>;

/**
 * Since when (ms) the account has been disabled; null while it is not, or where nobody knows. Where an earlier release
 * disabled it, the last write stands for that moment, as nothing was written since.
 */
export function disabledSince({ link, wroteAt }: Pick<ManagedPerson, 'link' | 'wroteAt'>): number | null {
  if (link?.state !== 'disabled') return null;
  return link.disabledAt ?? (wroteAt > 0 ? wroteAt : null);
}

/** The tie, or the one that a restart has forgotten: the account is still there, with all that may be lost of it. */
export const lastTie = ({ link, untied }: Pick<ManagedPerson, 'link' | 'untied'>): ManagedPerson['link'] =>
  link ?? untied;

/** What a tie says of an account, or said before a restart has forgotten it: what was given stays known as ours to take. */
export const tieTo = ({ link, untied }: Pick<ManagedPerson, 'link' | 'untied'>, key: string): ManagedPerson['link'] =>
  [link, untied].find((tie) => tie?.key === key) ?? null;

/** Somebody without a row. */
export const UNKNOWN_PERSON: ManagedPerson = managedPersonSchema.parse({});
