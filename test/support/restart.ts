/** The restart of the job, as an admin asks for it, and what is left after it. */
import { postRestart } from '../../shared/api/controlJob';
import type { Link } from '../../shared/model/Link';
import { apiRequest } from './apiRequest';
import type { CycleView, TestConnector } from './TestConnector';

/** @param resetScope Graph's own default where it is left out */
export function restart(connector: TestConnector, resetScope?: string): Promise<unknown> {
  // Ids of cycles of one millisecond have no order.
  connector.later(1_000);
  const body = resetScope === undefined ? '' : { criteria: { resetScope } };
  return connector.run(() => postRestart(connector.engine, apiRequest(body)));
}

/** The cycle that began last, at its end. */
export async function newest(connector: TestConnector): Promise<CycleView> {
  await connector.settle();
  const [first] = (await connector.engine.store.cycles.page(1)).cycles;
  return connector.view(first?.cycle.id ?? '');
}

/** Which account is the person's; null where nobody knows. */
export const linkOf = async ({ engine }: TestConnector, id: string): Promise<Link | null> =>
  (await engine.store.people.get(id)).person.link;
