/** GET …/users/{id}: one person's story, by object id, mail address or user principal name. */
import type { Engine } from '../../sync/Engine';
import { explainPerson } from '../../sync/demand/explainPerson';
import { findPerson } from '../../sync/demand/findPerson';
import type { UserAnswer } from '../answers/UserAnswer';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { requireJob } from '../jobOf';
import { Problem } from '../Problem';
import { answerInWords } from './answerInWords';
import { userFacts } from './userFacts';

const MAX_NAME_LENGTH = 256;

/** @throws Problem 404, 409 when several people have the address */
export async function getUser(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const name = request.params['id'] ?? '';
  const [id, ...others] = name.length > MAX_NAME_LENGTH ? [] : await findPerson(engine, name);
  if (id === undefined) throw unknown();
  if (others.length > 0)
    throw new Problem(409, 'AmbiguousUser', 'Several users have this address. Ask for one of them by object id.', {
      ids: [id, ...others],
    });
  const facts = userFacts(engine, await explainPerson(engine, id));
  if (facts === undefined) throw unknown();
  const body: UserAnswer = { ...facts, ...answerInWords(facts) };
  return { status: 200, body };
}

const unknown = (): Problem =>
  new Problem(
    404,
    'UserNotFound',
    'Entra has no such user, and the connector never had one. Check the address, or give the object id.',
  );
