import type { z } from 'zod';
import { tryParseJson } from '../http/tryParseJson';
import type { ApiRequest } from './ApiResponse';
import { Problem } from './Problem';

/** Larger bodies than any of ours is refused before it is parsed, in characters. */
const MAX_BODY_LENGTH = 64_000;

/**
 * The JSON body, checked. An empty one counts as `{}`.
 * @throws Problem 400 or 413, naming the field at fault
 */
export async function readBody<S extends z.ZodType>(request: ApiRequest, schema: S): Promise<z.output<S>> {
  const text = await request.text();
  if (text.length > MAX_BODY_LENGTH)
    throw new Problem(413, 'BodyTooLarge', `Send at most ${MAX_BODY_LENGTH} characters.`);
  const value = text.trim() === '' ? {} : tryParseJson(text);
  if (value === undefined) throw new Problem(400, 'InvalidJson', 'The body is not valid JSON.');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Problem(400, 'InvalidBody', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`);
}
