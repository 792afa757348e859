import type { ApiRequest, ApiResponse } from '../../shared/api/ApiResponse';
import { joined } from './joined';

/** A body as it comes from the network. */
export const bodyOf = (text: string): ApiRequest['body'] => new Blob([text]).stream();

/** A request to the job, as the HTTP functions pass it on. */
export const apiRequest = (
  body: unknown = '',
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string>> = {},
): ApiRequest => ({
  params: { job: 'gotomeeting', ...params },
  query: new URLSearchParams(query),
  header: () => null,
  body: bodyOf(typeof body === 'string' ? body : JSON.stringify(body)),
  origin: 'http://localhost:7071',
});

/** The same, asking for a table. */
export const csvRequest = (...asked: Parameters<typeof apiRequest>): ApiRequest => ({
  ...apiRequest(...asked),
  header: (name) => (name === 'accept' ? 'text/csv' : null),
});

/** The lines of a table, read to its end. @throws Error for an answer that is none */
export async function csvLines({ stream }: ApiResponse): Promise<string[]> {
  if (stream?.type !== 'text/csv; charset=utf-8') throw new Error('no table');
  return (await joined(stream.chunks)).split('\r\n').slice(0, -1);
}
