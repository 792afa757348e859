import { pageWords } from './pageWords';

/** What a host or a proxy says of a worker that starts, or is not there. */
const AWAY = new Set(['Http502', 'Http503', 'Http504']);

/** Why the API did not do what was asked: its problem JSON, or that nothing answered. */
export class ApiProblem extends Error {
  private constructor(
    /** 0 when nothing answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = 'ApiProblem';
  }

  static of(status: number, text: string): ApiProblem {
    const body = parsed(text);
    const code = typeof body['code'] === 'string' ? body['code'] : `Http${status}`;
    const detail = typeof body['detail'] === 'string' ? pageWords(body['detail']) : sentenceFor(status);
    return new ApiProblem(status, code, detail, body);
  }

  /** @param method of the question: whether a change was made before the answer got lost is not known */
  static offline(method = 'GET'): ApiProblem {
    const then = method === 'GET' ? '' : ' Whether this was done is not known: look before you try it again.';
    return new ApiProblem(0, 'Offline', `The connector does not answer.${then}`, {});
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Nobody answered, or the host in the connector's place: it passes by itself. */
  get isPassing(): boolean {
    return this.isOffline || AWAY.has(this.code);
  }
}

/** Whatever was thrown, as a problem to show. */
export const problemOf = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : ApiProblem.of(500, JSON.stringify({ code: 'PageFault', detail: error instanceof Error ? error.message : '' }));

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function sentenceFor(status: number): string {
  if (status === 401) return 'The key is missing or wrong.';
  if (status === 404) return 'This release of the connector does not have that.';
  if (status === 413) return 'That is more than the connector takes at once.';
  if (status === 429) return 'Too many requests: wait a moment.';
  if (AWAY.has(`Http${status}`))
    return `The connector is not there right now (status ${status}). If it stays so, look at the function app in the Azure portal.`;
  return `The connector answered with status ${status}.`;
}
