import { z } from 'zod';

export const healthAnswerSchema = z
  .strictObject({
    status: z.literal('ok'),
    job: z.string().meta({ description: 'Active, Paused or Quarantine.' }),
    connected: z.boolean().meta({ description: 'There is something to sign in to GoTo with.' }),
    toDo: z.string().optional(),
  })
  .meta({ id: 'Health' });
