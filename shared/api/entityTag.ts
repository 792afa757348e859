import { createHash } from 'node:crypto';

/** The same for the same answer: who polls with `If-None-Match` gets 304 and no body. */
export const entityTag = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;

/**
 * Whether the client has the answer with this tag (RFC 9110, 13.1.2). A proxy that packs answers makes their tags weak.
 * @param ifNoneMatch the header: one tag or more
 */
export const hasAnswer = (ifNoneMatch: string | null, tag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
