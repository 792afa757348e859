import { randomInt, randomUUID } from 'node:crypto';
import type { RandomSource } from './expression/EvaluationScope';

/** Guid and RandomString draw from the system's generator: what they make may end up as a password. */
export const systemRandom: RandomSource = { uuid: () => randomUUID(), below: (limit) => randomInt(limit) };
