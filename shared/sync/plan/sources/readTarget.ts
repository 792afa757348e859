/** GoTo's side of a full cycle: who we are, what licences there are, and every account. */
import type { License } from '../../../model/Account';
import { ConnectorError } from '../../../model/ConnectorError';
import { licensesOfRules, type Policy } from '../../../rules/Policy';
import type { Slice } from '../Slice';

/** @throws ConnectorError ConfigurationInvalid for rules whose licences cannot be given */
export const readTarget: Slice = async ({ engine, policy }, place) => {
  // No lane has work now: one cycle at a time, and this one has sent nothing yet. The planner may use the whole rate.
  const caller = { pacer: engine.pacing.planner };
  await engine.accounts.check(caller);
  const problem = licenseProblem(policy, await engine.accounts.licenses(caller));
  // A plan does no harm: it says what would keep it from being applied.
  if (problem !== undefined && place.cycle.dryRun) place.warn(problem.message);
  else if (problem !== undefined) throw problem;
  await engine.store.listed.put(place.cycle.id, await engine.accounts.list(caller));
  return 'next';
};

/** Rules that give licences nobody can hold are refused before any write (goto-api.md 2.9). */
function licenseProblem(policy: Policy, licenses: readonly License[]): ConnectorError | undefined {
  const byKey = new Map(licenses.map((license) => [license.key, license]));
  const problems = [...licensesOfRules(policy)].flatMap((key) => {
    const license = byKey.get(key);
    if (license === undefined) return [`${key} is no licence of the GoTo account`];
    if (!license.enabled) return [`${key} is switched off`];
    if (license.devicesOnly) return [`${key} is for devices only`];
    return license.externallyManaged ? [`${key} is managed outside GoTo`] : [];
  });
  if (problems.length === 0) return undefined;
  return new ConnectorError(
    `ROLE_ENTITLEMENTS gives licences that cannot be given: ${problems.join('; ')}. The account has: ` +
      licenses.map((license) => `${license.key} (${license.description})`).join(', '),
    { code: 'ConfigurationInvalid', sent: true, repeatable: false, scope: 'job' },
  );
}
