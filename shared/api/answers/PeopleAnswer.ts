import { z } from 'zod';

const count = z.int().nonnegative();

export const peopleAnswerSchema = z
  .strictObject({
    inScope: count.meta({ description: 'entitled, and in scope' }),
    managed: count.meta({ description: 'with a GoTo account that the connector created or adopted' }),
    disabled: count,
    failing: count.meta({ description: 'in escrow: tried again with growing waits' }),
    waitingForSeat: count,
    held: count,
    countedDateTime: z.iso.datetime(),
  })
  .meta({ id: 'People' });
export type PeopleAnswer = z.output<typeof peopleAnswerSchema>;
