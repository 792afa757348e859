import { z } from 'zod';

export const usersAnswerSchema = z
  .strictObject({
    value: z.array(
      z.strictObject({
        id: z.string().meta({ description: 'Object id in Entra.' }),
        displayName: z.string(),
        mail: z.string().nullable(),
        userPrincipalName: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Users' });
/** People found by what they are called. */
export type UsersAnswer = z.output<typeof usersAnswerSchema>;
