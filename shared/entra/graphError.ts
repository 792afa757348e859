import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';
import { cleanErrorText } from '../telemetry/cleanErrorText';

const errorBody = z.object({ error: z.object({ code: z.string() }) });

/**
 * An answer of Microsoft Graph, or one part of a $batch, as a typed error (graph-source.md 2.1, 4.2).
 * All of them are of scope `job`: they concern the source, not a person.
 * @param status the HTTP status, 300 or above
 * @param body the parsed body, if there was one
 * @param retryAfterMs the demanded wait in ms, if there was one
 */
export function graphError(status: number, body: unknown, retryAfterMs: number | undefined): ConnectorError {
  const parsed = errorBody.safeParse(body);
  const code = parsed.success ? cleanErrorText(parsed.data.error.code) : '';
  const named = code === '' ? `${status}` : `${status} ${code}`;
  const fields = { status, sent: true, refused: status < 500, scope: 'job' } as const;
  // Delta tokens end after 7 days or by a reset, with 410 or a 40x and one of two codes (graph-source.md 2.1).
  if (status === 410 || (status >= 400 && status <= 404 && /^(syncStateNotFound|resyncRequired)$/i.test(code))) {
    return new ConnectorError('The delta link has run out; a full read follows.', {
      ...fields,
      code: 'ResyncRequired',
      repeatable: false,
    });
  }
  if (status === 429 || status === 503) {
    return new ConnectorError('Microsoft Graph asks to slow down; it is tried again later.', {
      ...fields,
      code: 'TooManyRequests',
      repeatable: true,
      retryAfterMs,
    });
  }
  if (status >= 500) {
    return new ConnectorError(`Microsoft Graph failed with ${status}; it is tried again later.`, {
      ...fields,
      code: 'InternalServerError',
      repeatable: true,
    });
  }
  if (status === 401 || status === 403) {
    return new ConnectorError(
      `Microsoft Graph refused the managed identity (${named}). Grant Application.Read.All, User.Read.All and ` +
        'GroupMember.Read.All; a new grant can take hours to count.',
      { ...fields, code: status === 401 ? 'Unauthorized' : 'InsufficientRights', repeatable: false },
    );
  }
  if (status === 404) {
    return new ConnectorError(`Microsoft Graph does not know the object (${named}).`, {
      ...fields,
      code: 'NotFound',
      repeatable: false,
    });
  }
  return new ConnectorError(`Microsoft Graph refused the request with ${named}.`, {
    ...fields,
    code: 'UnprocessableEntity',
    repeatable: false,
  });
}
