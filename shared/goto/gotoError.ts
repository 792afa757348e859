/**
 * The five error shapes of GoTo's APIs, an empty body and HTML → one typed error (goto-api.md 2.11).
 * An error never means "does not exist": only an empty result of a successful list does.
 */
import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';
import { cleanErrorText } from '../telemetry/cleanErrorText';

const shapes = z.union([
  z.object({ errorCode: z.string() }).transform((body) => body.errorCode),
  z.object({ error: z.array(z.object({ code: z.string() })).min(1) }).transform((body) => body.error[0]?.code ?? ''),
  z.object({ int_err_code: z.string() }).transform((body) => body.int_err_code),
  z.object({ error: z.string() }).transform((body) => body.error),
  z.object({ code: z.string() }).transform((body) => body.code),
]);

/** The error code in a body of any known shape, or an empty string; without secrets and addresses. */
function codeInBody(body: unknown): string {
  const result = shapes.safeParse(body);
  return result.success ? cleanErrorText(result.data) : '';
}

/** Statuses below 500 that do not prove that nothing happened: a time-out, a connection closed on the way. */
const UNCLEAR = new Set([408, 499]);

/**
 * @param status the HTTP status, 400 or above
 * @param body the parsed body, if there was one
 * @param retryAfterMs the demanded wait in ms, if there was one
 */
export function gotoError(status: number, body: unknown, retryAfterMs: number | undefined): ConnectorError {
  const code = codeInBody(body);
  const fault = (
    message: string,
    fields: { code: ConnectorError['code']; repeatable: boolean; scope: 'object' | 'job' },
  ): ConnectorError =>
    new ConnectorError(`${message} (${status}${code === '' ? '' : ' ' + code})`, {
      ...fields,
      status,
      sent: true,
      refused: status >= 400 && status < 500 && !UNCLEAR.has(status),
      retryAfterMs,
    });

  if (status === 429)
    return fault('GoTo asks to slow down.', { code: 'TooManyRequests', repeatable: true, scope: 'job' });
  if (status === 401 || status === 403) {
    return fault(
      'GoTo refused the token. Check that its owner may manage users and that the OAuth client has the scope identity:.',
      {
        code: status === 401 ? 'Unauthorized' : 'InsufficientRights',
        repeatable: false,
        scope: 'job',
      },
    );
  }
  if (status === 404)
    return fault('GoTo does not know the account row.', { code: 'NotFound', repeatable: false, scope: 'object' });
  if (status === 409)
    return fault('GoTo reports a conflict.', { code: 'Conflict', repeatable: false, scope: 'object' });
  if (UNCLEAR.has(status)) return fault('GoTo was too slow.', { code: 'Timeout', repeatable: true, scope: 'object' });
  if (status >= 500) return fault('GoTo failed.', { code: 'InternalServerError', repeatable: true, scope: 'object' });
  // How GoTo says "no seat left" is not documented (goto-api.md 2.9): any refusal that speaks of licences or seats.
  // Asked once: trying again before a seat is free would spend the rate that others need.
  if (/licen[cs]e|seat/i.test(code) || /licen[cs]e|seat/i.test(JSON.stringify(body ?? ''))) {
    return fault('GoTo has no licence left for this person. Free or buy a seat.', {
      code: 'LicenseLimitExceeded',
      repeatable: false,
      scope: 'object',
    });
  }
  return fault('GoTo refused the values of this person.', {
    code: 'UnprocessableEntity',
    repeatable: false,
    scope: 'object',
  });
}

/**
 * GoTo refused this one account, while the same token still opens /me: others are not concerned.
 * @param refusal the 401 or 403
 */
export function accountUnavailable(refusal: ConnectorError): ConnectorError {
  return new ConnectorError(
    `GoTo refuses this one account (${refusal.status ?? ''}); the token works otherwise. Look at it in GoTo: its role may be above the token’s owner.`,
    {
      code: 'AccountUnavailable',
      status: refusal.status,
      sent: true,
      refused: true,
      repeatable: false,
      scope: 'object',
      cause: refusal,
    },
  );
}
