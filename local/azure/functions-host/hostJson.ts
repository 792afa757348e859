import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** `hh:mm:ss` as .NET writes it, in ms. */
const timeSpan = z
  .string()
  .regex(/^\d+:\d{2}:\d{2}$/)
  .transform((text) => {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  });

/** The settings of host.json that this host honours, with the real host's defaults (azure-functions.md 2.1). */
const hostJsonSchema = z.object({
  logging: z.object({ logLevel: z.record(z.string(), z.string()).default({}) }).prefault({}),
  functionTimeout: timeSpan.prefault('00:30:00'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      serviceBus: z
        .object({
          prefetchCount: z.number().default(0),
          autoCompleteMessages: z.boolean().default(true),
          maxConcurrentCalls: z.number().default(16),
          maxConcurrentSessions: z.number().default(8),
          maxMessageBatchSize: z.number().default(1_000),
          sessionIdleTimeout: timeSpan.prefault('00:01:00'),
          maxAutoLockRenewalDuration: timeSpan.prefault('00:05:00'),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type HostJson = z.output<typeof hostJsonSchema>;

/** @throws Error for a file that is not valid */
export const readHostJson = (directory: string): HostJson =>
  hostJsonSchema.parse(JSON.parse(readFileSync(join(directory, 'host.json'), 'utf8')));
