import { createHash } from 'node:crypto';

/** A stable, evenly spread unsigned 32-bit number for a text (first 4 bytes of SHA-256). */
export const hash32 = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);

/** A short digest to tell whether a larger thing changed. */
export const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
