import type { LogEntryAnswer } from '../../../shared/api/answers/LogAnswer';

/** What was done to the account in the connector's own words: Graph has none for linking and for leaving alone. */
export function actionOf({ provisioningAction, provisioningSteps }: LogEntryAnswer): string {
  const action = provisioningSteps.at(-1)?.details['connectorAction'];
  return typeof action === 'string' ? action : provisioningAction;
}
