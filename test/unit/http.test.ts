/** The one way out: what a request's end tells about whether it happened. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LONGEST_DEMANDED_WAIT_MS, parseRetryAfter } from '../../shared/http/parseRetryAfter';
import { sendRequest, type HttpRequest } from '../../shared/http/sendRequest';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

test.each([
  ['absent', undefined, undefined],
  ['empty', '', undefined],
  ['seconds', '120', 120_000],
  ['parts of a second', ' 1.5 ', 1_500],
  ['zero', '0', 0],
  ['a past date', 'Tue, 24 Nov 2026 11:59:00 GMT', 0],
  ['a future date', 'Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['a date of the oldest form, which names no zone', 'Tue Nov 24 12:00:30 2026', 30_000],
  ['a date of another year', 'Wed, 24 Nov 2027 12:00:00 GMT', LONGEST_DEMANDED_WAIT_MS],
  ['a thousand million seconds', '1000000000', LONGEST_DEMANDED_WAIT_MS],
  ['an exponent', '1e9', undefined],
  ['negative', '-5', undefined],
  ['garbage', 'soon', undefined],
  ['garbage that begins like a date', 'Monday', undefined],
  ['a number that is a year to Date.parse', '2027-01-01', undefined],
])('Retry-After: %s', (_case, header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

describe('one request', () => {
  let server: Server;
  let served: string[] = [];

  beforeEach(async () => {
    served = [];
    server = createServer((request, response) => {
      served.push(request.url ?? '');
      if (request.url === '/moved') response.writeHead(307, { location: 'http://elsewhere.example/steal' }).end();
      else if (request.url === '/torn') {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setTimeout(() => response.destroy(), 20);
      } else if (request.url === '/slow') response.writeHead(200).write('{"begun":');
      else if (request.url === '/huge') {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        response.writeHead(200);
        more();
      } else response.writeHead(503, { 'retry-after': '7' }).end('{"a":"ü"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const request = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
    service: 'The service',
    setting: 'THE_ENDPOINT',
    method: 'GET',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    headers: {},
    maxBytes: 1_000_000,
    scope: 'object',
    ...more,
  });

  test('an answer is given back whatever its status', async () => {
    expect(await sendRequest(request('/'))).toMatchObject({ status: 503, text: '{"a":"ü"}', retryAfter: '7' });
  });

  test('a redirect is not followed, is called one, and names the setting to check', async () => {
    await expect(sendRequest(request('/moved'))).rejects.toMatchObject({
      code: 'Redirected',
      status: 307,
      sent: true,
      refused: false,
      repeatable: false,
      scope: 'job',
      message: expect.stringMatching(/redirect \(307\).*THE_ENDPOINT/) as unknown,
    });
    expect(served).toEqual(['/moved']);
  });

  test('an endless answer is read up to its limit and no further', async () => {
    await expect(sendRequest(request('/huge'))).rejects.toMatchObject({
      code: 'WebExceptionProtocolError',
      sent: true,
      repeatable: false,
      message: expect.stringContaining('more than 1000000 bytes') as unknown,
    });
  });

  test('a body that never ends in time, and one that is torn, may have been carried out', async () => {
    await expect(sendRequest(request('/slow', { timeoutMs: 100 }))).rejects.toMatchObject({
      code: 'Timeout',
      sent: true,
      refused: false,
      repeatable: true,
      message: expect.stringContaining('no answer within 0.1 s') as unknown,
    });
    await expect(sendRequest(request('/torn'))).rejects.toMatchObject({ code: 'Timeout', sent: true });
  });

  test('without a connection nothing was sent', async () => {
    const closed = request('/');
    await new Promise((resolve) => server.close(resolve));
    await expect(sendRequest(closed)).rejects.toMatchObject({ code: 'Timeout', sent: false, scope: 'object' });
    await expect(sendRequest({ ...closed, url: 'http://no-such-host.invalid/' })).rejects.toMatchObject({
      code: 'Timeout',
      sent: false,
    });
  });
});
