/** Plans as a client sees them: made, read, applied, undone. */
import { z } from 'zod';
import { getPlan } from '../../shared/api/getPlan';
import { postApply, postRevert } from '../../shared/api/planActions';
import type { ApiResponse } from '../../shared/api/ApiResponse';
import { apiRequest } from './apiRequest';
import type { CycleView, TestConnector } from './TestConnector';

const planSchema = z.object({
  hash: z.string().nullable(),
  totals: z.record(z.string(), z.number()),
  entries: z.array(
    z.looseObject({
      sourceId: z.string(),
      kind: z.string(),
      action: z.string(),
      state: z.string(),
      reason: z.string(),
      why: z.string(),
    }),
  ),
});
export type Plan = z.output<typeof planSchema> & { readonly id: string };

const idIn = (response: ApiResponse): string => z.object({ id: z.string() }).parse(response.body).id;

/** The plan of a cycle. */
export async function planOf(connector: TestConnector, id: string): Promise<Plan> {
  const request = { ...apiRequest('', { id }), query: new URLSearchParams({ $top: '1000' }) };
  return { ...planSchema.parse((await getPlan(connector.engine, request)).body), id };
}

/** A dry run to its end, and its plan. */
export async function dryRun(connector: TestConnector, mode: 'incremental' | 'full' = 'incremental'): Promise<Plan> {
  const started = await connector.start(mode, { trigger: 'http', dryRun: true });
  if (!started.started) throw new Error('a cycle is running');
  await connector.settle();
  expect(await connector.view(started.cycle.id)).toMatchObject({ state: 'planned', error: null });
  return planOf(connector, started.cycle.id);
}

/** Asks for the plan to be applied. @returns the id of the cycle that does */
export const askToApply = async (
  connector: TestConnector,
  plan: Pick<Plan, 'id' | 'hash'>,
  hash = plan.hash,
): Promise<string> =>
  idIn(await connector.run(() => postApply(connector.engine, apiRequest({ hash }, { id: plan.id }))));

/** The plan, applied to the end. */
export async function apply(connector: TestConnector, plan: Plan): Promise<CycleView> {
  const id = await askToApply(connector, plan);
  await connector.settle();
  return connector.view(id);
}

/** The plan that undoes a cycle. */
export async function revert(connector: TestConnector, id: string): Promise<Plan> {
  const planId = idIn(await connector.run(() => postRevert(connector.engine, apiRequest('', { id }))));
  await connector.settle();
  expect(await connector.view(planId)).toMatchObject({ mode: 'revert', state: 'planned', error: null });
  return planOf(connector, planId);
}

/** Who, and what: the planned rows in one order. */
export const intended = (plan: Plan): string[] =>
  plan.entries
    .filter((one) => one.state === 'planned')
    .map((one) => `${one.sourceId} ${one.action}`)
    .sort();
