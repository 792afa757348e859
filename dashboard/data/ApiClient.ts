/** Asks the API with the key the reader typed. It is kept for this tab alone and never stands in an address. */
import { ApiProblem } from './ApiProblem';
import { pageWords } from './pageWords';

const STORED = 'functions-key';
export const JOB = '/api/synchronization/jobs/gotomeeting';

/** What came back, and the tag to ask with whether it is still the same. */
export interface Answer<T> {
  readonly status: number;
  readonly value: T;
  readonly etag: string | null;
  readonly location: string | null;
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly text?: string;
  readonly etag?: string | null;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Another key than the stored one: to try it. */
  readonly key?: string;
}

export const storedKey = (): string | null => sessionStorage.getItem(STORED);

export function storeKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, key);
}

async function send(path: string, question: Question): Promise<Response> {
  const key = question.key ?? storedKey();
  const body = question.text ?? (question.body === undefined ? undefined : JSON.stringify(question.body));
  const headers: Record<string, string> = {
    accept: question.accept ?? 'application/json',
    ...(key === null || key === '' ? {} : { 'x-functions-key': key }),
    ...(question.etag == null ? {} : { 'if-none-match': question.etag }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    return await fetch(path, {
      method: question.method ?? 'GET',
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
      ...(question.signal === undefined ? {} : { signal: question.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw ApiProblem.offline(question.method);
  }
}

/**
 * @returns null when the answer is still what `etag` names
 * @throws ApiProblem for every other status than 2xx and 304, and when nothing answers
 */
export async function ask<T>(path: string, question: Question = {}): Promise<Answer<T> | null> {
  const response = await send(path, question);
  if (response.status === 304) return null;
  const text = await response.text();
  if (!response.ok) throw ApiProblem.of(response.status, text);
  return {
    status: response.status,
    // The server checks its answers against their schemas in its own tests; here they are taken at their word.
    value: (text === '' ? null : JSON.parse(text, inPageWords)) as T,
    etag: response.headers.get('etag'),
    location: response.headers.get('location'),
  };
}

const inPageWords = (_name: string, value: unknown): unknown => (typeof value === 'string' ? pageWords(value) : value);

/** As `ask` without a tag: there is always a value. */
export async function get<T>(path: string, question: Question = {}): Promise<T> {
  const answer = await ask<T>(path, question);
  if (answer === null) throw ApiProblem.offline();
  return answer.value;
}

/** The bytes of a download. @throws ApiProblem */
export async function download(path: string, accept: string): Promise<Blob> {
  const response = await send(path, { accept });
  if (!response.ok) throw ApiProblem.of(response.status, await response.text());
  return response.blob();
}

/** A link of an answer, as a path of this origin: a proxy in between may know the host by another name. */
export function pathOf(link: string): string {
  const url = new URL(link, location.origin);
  return `${url.pathname}${url.search}`;
}
