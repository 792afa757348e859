import type { z } from 'zod';
import { tryParseJson } from '../http/tryParseJson';
import { isNestedDeeper } from '../model/isNestedDeeper';
import type { ApiRequest } from './ApiResponse';
import { Problem } from './Problem';

/** A body larger than any of ours is refused, in bytes. */
const MAX_BODY_LENGTH = 64_000;
/** Nor is any of ours nested so deep. */
const MAX_DEPTH = 100;

/**
 * The JSON body, checked. An empty one counts as `{}`.
 * @throws Problem 400 or 413, naming the field at fault
 */
export async function readBody<S extends z.ZodType>(request: ApiRequest, schema: S): Promise<z.output<S>> {
  const text = await readText(request, MAX_BODY_LENGTH);
  const value = text.trim() === '' ? {} : tryParseJson(text);
  if (value === undefined) throw new Problem(400, 'InvalidJson', 'The body is not valid JSON.');
  if (isNestedDeeper(value, MAX_DEPTH))
    throw new Problem(400, 'InvalidBody', `body: is nested more than ${MAX_DEPTH} levels deep`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Problem(400, 'InvalidBody', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is not valid'}`);
}

/**
 * The body as text; empty when there is none. What is too large is refused by what it says of itself, and where it says
 * nothing once so much of it has come: it is never held as a whole.
 * @param limit in bytes
 * @throws Problem 413, or 400 for bytes that are no text: read as if they were, they would become other letters
 */
export async function readText({ body, header }: ApiRequest, limit: number): Promise<string> {
  const tooLarge = new Problem(413, 'BodyTooLarge', `Send at most ${limit} bytes.`);
  if (Number(header('content-length') ?? 0) > limit) throw tooLarge;
  if (body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // Left by hand, not by `for await`: that would close the connection before the answer is on it.
  const chunks = body[Symbol.asyncIterator]();
  let [text, size] = ['', 0];
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    size += next.value.byteLength;
    if (size > limit) throw tooLarge;
    text += decoded(decoder, next.value);
  }
  return text + decoded(decoder);
}

/** @param piece none at the end */
function decoded(decoder: InstanceType<typeof TextDecoder>, piece?: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined });
  } catch {
    throw new Problem(400, 'InvalidJson', 'The body is not valid UTF-8.');
  }
}
