import { z } from 'zod';

const count = z.int().nonnegative();

export const historyAnswerSchema = z
  .strictObject({
    days: count,
    buckets: z.array(
      z.strictObject({
        startDateTime: z.iso.datetime(),
        cycles: count,
        failedCycles: count,
        longestSeconds: z.number().nullable(),
        counts: z.record(z.string(), count),
      }),
    ),
  })
  .meta({ id: 'History' });
export type HistoryAnswer = z.output<typeof historyAnswerSchema>;
