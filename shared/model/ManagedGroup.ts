import { z } from 'zod';
import { digest } from './hash';
import { holdChangeSchema } from './HoldChange';
import { planResultSchema } from './PlanEntry';
import { reasonSchema } from './Reason';
import { tolerant } from './tolerant';

/** A user group of the GoTo account. */
export interface GotoGroup {
  readonly key: string;
  readonly name: string;
  /** Keys of its members, desk phones included; null where GoTo does not tell. */
  readonly memberKeys: readonly string[] | null;
  /** How many they are; null where GoTo does not tell. */
  readonly memberCount: number | null;
}

/** The longest name GoTo takes (goto-api.md 2.10). */
const MAX_NAME = 128;

/** A name as GoTo takes it: without blanks around it, and cut. */
export const groupName = (name: string): string =>
  name
    .normalize('NFC')
    .trim()
    .slice(0, MAX_NAME)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
    .trim();

/** Names that differ in nothing but letter case are one group's: nobody could tell two of them apart. */
export const groupNameKey = (name: string): string => groupName(name).toLowerCase();

/** By what a group is stored: made of its name, so that one name never has two groups. */
export const groupId = (name: string): string => digest(groupNameKey(name));

/** Who wants the group of this id, where a rule does: names may hold what no key of a table may. */
export const wantedByRule = (id: string): string => `rule:${id}`;

/**
 * How a wanted group stands in GoTo: the one row that decides, changed only under the etag that was read, like a person's
 * (docs/protocol.md 3.10).
 */
export const managedGroupSchema = z.object({
  name: z.string(),
  /** GoTo's key; null until it is known. */
  key: z.string().nullable().default(null),
  origin: tolerant(['created', 'adopted'], 'adopted').default('adopted'),
  /** A write that is about to be sent: after a crash it is looked for by name before anything is repeated. */
  pending: z
    .object({
      id: z.string(),
      kind: tolerant(['create', 'rename', 'delete'], 'create'),
      key: z.string().nullable(),
      /** The name it is to give, where that is not the row's own: of an undo. */
      newName: z.string().nullable().default(null),
      /** Why it is written, and the name the group had before: whichever cycle finds it, the log says so. */
      reason: reasonSchema.nullable().default(null),
      oldName: z.string().nullable().default(null),
      /** What becomes of the hold together with the write. */
      hold: holdChangeSchema.nullable().default(null),
      deadAt: z.number(),
    })
    .nullable()
    .default(null),
  /** When (ms) GoTo was last written to: its list may lag behind that. */
  wroteAt: z.number().default(0),
  /** An undo made the group what it is, by which cycle's; nothing is done to it until people of that undo are released. */
  hold: z.object({ by: z.string(), isOver: z.boolean() }).nullable().default(null),
  /** How the last cycle that handled the group ended for it. */
  last: z.object({ cycleId: z.string(), result: planResultSchema }).nullable().default(null),
});
export type ManagedGroup = Readonly<z.output<typeof managedGroupSchema>>;
