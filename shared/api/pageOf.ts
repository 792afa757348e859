import { z } from 'zod';
import { tryParseJson } from '../http/tryParseJson';
import type { ApiRequest } from './ApiResponse';
import { Problem } from './Problem';

const MAX_PAGE = 1_000;

/** `$top`, 1 to 1,000. @throws Problem 400 */
export function topOf(request: ApiRequest, fallback: number): number {
  const text = request.query.get('$top');
  if (text === null) return fallback;
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > MAX_PAGE) {
    throw new Problem(400, 'InvalidTop', `$top must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  return Number(text);
}

const tokenSchema = z.object({ cycleId: z.string().optional(), continuation: z.string().optional() });
export type SkipToken = z.output<typeof tokenSchema>;

/** `$skiptoken` as this API handed it out. @throws Problem 400 for any other */
export function skipTokenOf(request: ApiRequest): SkipToken {
  const text = request.query.get('$skiptoken');
  if (text === null) return {};
  const parsed = tokenSchema.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'InvalidSkipToken', 'The $skiptoken is not one this API handed out. Start again without it.');
}

/** The link to the next page, with the same query and a new token. */
export function nextLink(request: ApiRequest, path: string, token: SkipToken): string {
  const query = new URLSearchParams(request.query);
  query.delete('code');
  query.set('$skiptoken', Buffer.from(JSON.stringify(token)).toString('base64url'));
  return `${request.origin}${path}?${query.toString()}`;
}
