/**
 * Many small reads in few requests (graph-source.md 3.1). Every part is throttled and fails for itself inside an answer
 * with status 200, and nobody repeats it but us.
 */
import { parseRetryAfter } from '../http/parseRetryAfter';
import { ConnectorError } from '../model/ConnectorError';
import { FIRST_WAIT_MS, LONGEST_SLEEP_MS, type GraphClient } from './GraphClient';
import { batchShape, parseShape } from './graphShapes';

/** Graph's limit for one $batch. */
const BATCH_SIZE = 20;
/** A part that failed this often fails the call. */
const MAX_TRIES = 5;

export interface BatchPart {
  /** Finds the answer again; unique in one call. */
  readonly key: string;
  readonly method: 'GET' | 'POST';
  /** Below /v1.0. */
  readonly url: string;
  /** Of a read-only POST. */
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface PartAnswer {
  /** Below 500, and never 429; below 300 with a body. */
  readonly status: number;
  readonly body: unknown;
}

type Response = ReturnType<typeof parseShape<typeof batchShape>>['responses'][number];

/**
 * Sends the parts, 20 a request, until each has an answer. Answered parts are not asked for again; throttled ones are,
 * after the largest wait any of them demands; missing ones, empty ones and 5xx after a back-off.
 * @returns an answer for every part, by its key
 * @throws ConnectorError of scope job, repeatable: `TooManyRequests` with `retryAfterMs` when the waits would exceed
 *   15 s in all; `InternalServerError` when a part failed five times; and what GraphClient throws
 */
export async function sendBatch(graph: GraphClient, parts: readonly BatchPart[]): Promise<Map<string, PartAnswer>> {
  const answers = new Map<string, PartAnswer>();
  const tries = new Map<string, number>();
  const open = [...parts];
  let slept = 0;
  while (open.length > 0) {
    const asked = open.splice(0, BATCH_SIZE);
    const responses = await ask(graph, asked);
    const again: BatchPart[] = [];
    const demands: number[] = [];
    asked.forEach((part, index) => {
      const response = responses.get(String(index));
      if (response !== undefined && isAnswer(response)) {
        answers.set(part.key, { status: response.status, body: response.body });
        return;
      }
      again.push(part);
      tries.set(part.key, (tries.get(part.key) ?? 0) + 1);
      if (response?.status === 429 || response?.status === 503) demands.push(demandOf(response, graph.clock.now()));
    });
    if (again.length === 0) continue;
    const round = Math.max(...again.map((part) => tries.get(part.key) ?? 0));
    const wait = Math.max(FIRST_WAIT_MS * 2 ** (round - 1), ...demands);
    if (round >= MAX_TRIES || slept + wait > LONGEST_SLEEP_MS || !graph.patience.has(wait)) {
      throw demands.length > 0 ? tooManyRequests(wait) : keepsFailing();
    }
    slept += wait;
    await graph.clock.sleep(wait);
    open.unshift(...again);
  }
  return answers;
}

async function ask(graph: GraphClient, parts: readonly BatchPart[]): Promise<Map<string, Response>> {
  const requests = parts.map(({ method, url, body, headers }, index) => ({
    id: String(index),
    method,
    url,
    ...(body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }),
    ...(headers === undefined ? {} : { headers }),
  }));
  const { responses } = parseShape(batchShape, await graph.postRead('/$batch', { requests }), 'batch');
  return new Map(responses.map((response) => [response.id, response]));
}

/**
 * 408 and 424 say that it was not even tried, 429 and 5xx that it may work later. Success without a body says nothing: taken
 * for "nothing there" it would be an absence without proof.
 */
const isAnswer = ({ status, body }: Response): boolean =>
  status < 300 ? (body ?? null) !== null : status < 500 && status !== 408 && status !== 424 && status !== 429;

/** The wait a throttled part demands, in ms; 0 when it names none. Header names come in any case. */
function demandOf(response: Response, nowMs: number): number {
  const header = Object.entries(response.headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  const text = typeof header === 'string' || typeof header === 'number' ? String(header) : undefined;
  return parseRetryAfter(text, nowMs) ?? 0;
}

const tooManyRequests = (retryAfterMs: number): ConnectorError =>
  new ConnectorError('Microsoft Graph asks to slow down; it is tried again later.', {
    code: 'TooManyRequests',
    status: 429,
    sent: true,
    refused: true,
    repeatable: true,
    retryAfterMs,
    scope: 'job',
  });

const keepsFailing = (): ConnectorError =>
  new ConnectorError('Microsoft Graph keeps failing for parts of a batch; it is tried again later.', {
    code: 'InternalServerError',
    sent: true,
    repeatable: true,
    scope: 'job',
  });
