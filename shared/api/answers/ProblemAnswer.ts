import { z } from 'zod';

export const problemAnswerSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for scripts.' }),
    detail: z.string().meta({ description: 'What to do next.' }),
    invocationId: z.string().meta({ description: 'By which the logs find the request.' }),
  })
  .meta({ id: 'Problem' });
