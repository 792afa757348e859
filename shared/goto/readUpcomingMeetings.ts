import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';
import type { Caller, GotoClient } from './GotoClient';
import { parseAnswer } from './parseAnswer';

/** Meetings somebody has planned. */
export interface UpcomingMeetings {
  readonly count: number;
  /** When the first one begins, as GoTo writes it; null where it does not say. */
  readonly first: string | null;
}

const meetings = z.array(z.looseObject({ startTime: z.string().nullish() }));

/**
 * Planned meetings of one account. They are lost with it: the API has no call that gives them to somebody else
 * (goto-api.md 2.8).
 * @throws ConnectorError; of scope object where GoTo does not tell of this account: unknown is not none
 */
export async function readUpcomingMeetings(
  client: GotoClient,
  userKey: string,
  caller: Caller,
): Promise<UpcomingMeetings> {
  const path = `/G2M/rest/organizers/${userKey}/upcomingMeetings`;
  try {
    const found = parseAnswer(meetings, await client.get(path, caller, 'object'), 'list of upcoming meetings');
    const starts = found.flatMap(({ startTime }) => startTime ?? []).sort();
    return { count: found.length, first: starts[0] ?? null };
  } catch (error) {
    const isUntold =
      error instanceof ConnectorError && (error.scope === 'object' || error.code === 'ServiceIncompatible');
    throw isUntold ? untold(error) : error;
  }
}

const untold = (cause: ConnectorError): ConnectorError =>
  new ConnectorError(
    `GoTo does not tell whether the account has upcoming meetings, so it is not deleted: ${cause.message}`,
    { code: cause.code, status: cause.status, sent: true, repeatable: cause.repeatable, scope: 'object', cause },
  );
