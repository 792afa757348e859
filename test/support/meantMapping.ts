/** A change of mapping as by an admin who looked at its forecast and means it. */
import { z } from 'zod';
import { deleteSchema, putSchema } from '../../shared/api/schema';
import type { Engine } from '../../shared/sync/Engine';
import { apiRequest } from './apiRequest';

const answer = z.object({ forecast: z.looseObject({ hash: z.string() }) });
const hashIn = (body: unknown): { readonly confirm: string } => ({ confirm: answer.parse(body).forecast.hash });

export async function putMeant(engine: Engine, body: object): Promise<unknown> {
  const { body: told } = await putSchema(engine, apiRequest(body, {}, { dryRun: 'true' }));
  return (await putSchema(engine, apiRequest(body, {}, hashIn(told)))).body;
}

export async function deleteMeant(engine: Engine): Promise<unknown> {
  const { body: told } = await deleteSchema(engine, apiRequest('', {}, { dryRun: 'true' }));
  return (await deleteSchema(engine, apiRequest('', {}, hashIn(told)))).body;
}
