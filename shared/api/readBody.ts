import type { z } from 'zod';
import { tryParseJson } from '../http/tryParseJson';
import type { ApiRequest } from './ApiResponse';
import { Problem } from './Problem';

/** A body larger than any of ours is refused before it is parsed, in characters. */
const MAX_BODY_LENGTH = 64_000;

/**
 * The JSON body, checked. An empty one counts as `{}`.
 * @throws Problem 400 or 413, naming the field at fault
 */
export async function readBody<S extends z.ZodType>(request: ApiRequest, schema: S): Promise<z.output<S>> {
  const text = await readText(request, MAX_BODY_LENGTH);
  const value = text.trim() === '' ? {} : tryParseJson(text);
  if (value === undefined) throw new Problem(400, 'InvalidJson', 'The body is not valid JSON.');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Problem(400, 'InvalidBody', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`);
}

/** @throws Problem 413 for more than `limit` characters */
export async function readText(request: ApiRequest, limit: number): Promise<string> {
  const text = await request.text();
  if (text.length > limit) throw new Problem(413, 'BodyTooLarge', `Send at most ${limit} characters.`);
  return text;
}
