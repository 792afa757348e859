import type { Cycle } from '../../model/Cycle';
import { policyHash } from '../../rules/Policy';
import type { WithSettings, WithTarget } from '../Engine';

/** Whether a cycle, or an intent, is about the GoTo account that the settings name. One of an earlier release does not say. */
export const isOfAccount = ({ accounts }: WithTarget, { accountKey }: Pick<Cycle, 'accountKey'>): boolean =>
  accountKey === null || accountKey === accounts.accountKey;

/**
 * Whether a cycle was made by today's settings: only then may anybody act on its plan.
 * @param mappingVersion the mapping to compare with; that of the cycle itself, unless another one may be active by now
 */
export const isOfToday = (
  engine: WithSettings & WithTarget,
  cycle: Pick<Cycle, 'accountKey' | 'policyHash' | 'mappingVersion'>,
  mappingVersion = cycle.mappingVersion,
): boolean => isOfAccount(engine, cycle) && policyHash(engine.policy, mappingVersion) === cycle.policyHash;
