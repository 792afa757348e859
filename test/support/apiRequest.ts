import type { ApiRequest } from '../../shared/api/ApiResponse';

/** A request to the job, as the HTTP functions pass it on. */
export const apiRequest = (
  body: unknown = '',
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string>> = {},
): ApiRequest => ({
  params: { job: 'gotomeeting', ...params },
  query: new URLSearchParams(query),
  header: () => null,
  text: () => Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)),
  origin: 'http://localhost:7071',
});
