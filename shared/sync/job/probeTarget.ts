import { ConnectorError } from '../../model/ConnectorError';
import type { WithTarget } from '../Engine';

/** What keeps the connector from working with GoTo as a whole. */
export interface TargetFault {
  readonly code: string;
  readonly message: string;
}

/** @returns why GoTo does not say who the connector is; undefined when it does, or demands a wait, and so is alive */
export async function probeTarget({ accounts, pacing }: WithTarget): Promise<TargetFault | undefined> {
  try {
    await accounts.check({ pacer: pacing.planner });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return error.code === 'TooManyRequests' ? undefined : { code: error.code, message: error.message };
  }
}
