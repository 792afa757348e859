import { z } from 'zod';

/** @property valid no line has failed */
export const connectionAnswerSchema = z
  .strictObject({
    valid: z.boolean().meta({ description: 'No line has failed.' }),
    lines: z.array(
      z.strictObject({
        check: z.string(),
        status: z.enum(['ok', 'warning', 'failed']),
        message: z.string().meta({ description: 'What was found, and what to do unless it is ok.' }),
      }),
    ),
  })
  .meta({ id: 'ConnectionTest' });
export type ConnectionAnswer = z.output<typeof connectionAnswerSchema>;
