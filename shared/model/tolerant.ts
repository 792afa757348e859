import { z } from 'zod';

/**
 * An enum of stored rows. Such values are append-only for ever: a row of a newer release, read after a roll-back, shows
 * `fallback` instead of stopping the reader (I19).
 */
export const tolerant = <const Values extends readonly [string, ...string[]]>(
  values: Values,
  fallback: Values[number],
) => z.enum(values).catch(fallback as never);
