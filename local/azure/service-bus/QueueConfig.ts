import { z } from 'zod';
import declaration from '../../../infra/queues.json';

/** ISO 8601 durations as Bicep takes them: days, hours, minutes and seconds. In ms. */
export function durationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match.map((part: string | undefined) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

const duration = z.string().transform(durationMs);

export const queueConfigSchema = z.object({
  lockDuration: duration,
  maxDeliveryCount: z.number().int().positive(),
  requiresSession: z.boolean(),
  requiresDuplicateDetection: z.boolean(),
  duplicateDetectionHistoryTimeWindow: duration,
  defaultMessageTimeToLive: duration,
  deadLetteringOnMessageExpiration: z.boolean(),
});

export type QueueConfig = z.output<typeof queueConfigSchema>;

/** The queues of the product, from the one declaration that the Bicep template reads too. */
export const declaredQueues: ReadonlyMap<string, QueueConfig> = new Map(
  Object.entries(z.record(z.string(), queueConfigSchema).parse(declaration)),
);
