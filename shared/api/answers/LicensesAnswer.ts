import { z } from 'zod';

const count = z.int().nonnegative();

/** The licences of the GoTo account, with their seats. */
export const licensesAnswerSchema = z
  .strictObject({
    readDateTime: z.iso.datetime(),
    value: z.array(
      z.strictObject({
        key: z.string(),
        description: z.string(),
        isGiven: z.boolean().meta({ description: 'ROLE_ENTITLEMENTS gives it to somebody.' }),
        isUsable: z
          .boolean()
          .meta({ description: 'False: it is switched off, only for devices, or managed elsewhere.' }),
        seats: count.nullable().meta({ description: 'Null when GoTo does not tell.' }),
        used: count,
        free: count.nullable(),
      }),
    ),
  })
  .meta({ id: 'Licenses' });
export type LicensesAnswer = z.output<typeof licensesAnswerSchema>;
