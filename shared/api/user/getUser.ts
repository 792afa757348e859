/** GET …/users/{id}: one person's story, by object id, mail address or user principal name. */
import type { Engine } from '../../sync/Engine';
import { explainPerson } from '../../sync/demand/explainPerson';
import type { UserAnswer } from '../answers/UserAnswer';
import type { ApiRequest, ApiResponse } from '../ApiResponse';
import { requireJob } from '../jobOf';
import { onePerson, unknownUser } from '../onePerson';
import { answerInWords } from './answerInWords';
import { userFacts } from './userFacts';

/** @throws Problem 404, 409 when several people have the address */
export async function getUser(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const id = await onePerson(engine, request.params['id'] ?? '');
  const facts = userFacts(engine, await explainPerson(engine, id));
  if (facts === undefined) throw unknownUser();
  const body: UserAnswer = { ...facts, ...answerInWords(facts) };
  return { status: 200, body };
}
