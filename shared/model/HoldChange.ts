import { z } from 'zod';

/** What becomes of a person's hold together with a write: an undo holds them, the undo of an undo lets them go. */
export const holdChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('set'), by: z.string() }),
  z.object({ kind: z.literal('lift') }),
]);
export type HoldChange = Readonly<z.output<typeof holdChangeSchema>>;
