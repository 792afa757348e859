import { z } from 'zod';

export const healthAnswerSchema = z
  .strictObject({
    status: z.literal('ok'),
    job: z.string().meta({ description: 'Active, Paused or Quarantine.' }),
    signIn: z.enum(['key', 'entra']).meta({ description: 'What the other routes want: a function key, or a sign-in.' }),
    signInProblem: z
      .string()
      .optional()
      .meta({ description: 'Why function keys count though people should sign in, and what to do.' }),
    connected: z.boolean().meta({ description: 'There is something to sign in to GoTo with.' }),
    toDo: z.string().optional(),
  })
  .meta({ id: 'Health' });
export type HealthAnswer = z.output<typeof healthAnswerSchema>;
