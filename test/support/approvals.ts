/** Staged removals as an admin sees them, and what the admin says. */
import { z } from 'zod';
import { approveRemovals, rejectRemovals } from '../../shared/api/decideRemovals';
import { getPlan } from '../../shared/api/getPlan';
import { apiRequest } from './apiRequest';
import type { TestConnector } from './TestConnector';

/** In a company of twelve, three may go in a day. */
export const DEFAULT_LIMITS = { REMOVAL_LIMIT_PERCENT: '10', REMOVAL_LIMIT_COUNT: '50' } as const;

const planSchema = z.object({
  hash: z.string(),
  entries: z.array(
    z.object({
      sourceId: z.string(),
      targetId: z.string().nullable(),
      action: z.string(),
      reason: z.string(),
      staged: z.boolean(),
    }),
  ),
});

export const planOf = async (connector: TestConnector, id: string): Promise<z.output<typeof planSchema>> =>
  planSchema.parse((await getPlan(connector.engine, apiRequest('', { id }))).body);

export const decide = (connector: TestConnector, verdict: 'approve' | 'reject', id: string, hash: string) =>
  connector.run(() =>
    (verdict === 'approve' ? approveRemovals : rejectRemovals)(connector.engine, apiRequest({ hash }, { id })),
  );
