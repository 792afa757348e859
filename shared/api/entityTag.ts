import { createHash } from 'node:crypto';

/** The same for the same answer: who polls with `If-None-Match` gets 304 and no body. */
export const entityTag = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
