import type { Intent } from '../../../model/Intent';
import { UNKNOWN_PERSON, type ManagedPerson } from '../../../model/ManagedPerson';
import { licensesOfRules } from '../../../rules/Policy';
import type { FirstReleasePerson } from '../../../store/FirstReleaseTable';
import type { PlanContext } from '../PlanContext';

/**
 * Links, claims and open intents of the first release, before the first cycle of this one (docs/protocol.md 6). Whoever
 * has a row already keeps it, so it may be repeated.
 */
export async function takeOverFirstRelease({ engine, policy }: PlanContext): Promise<void> {
  const { store, clock, timing } = engine;
  const rules = licensesOfRules(policy);
  for await (const one of store.firstRelease.people()) {
    const person: ManagedPerson = {
      ...UNKNOWN_PERSON,
      link:
        one.link === null ? null : { ...one.link, given: one.link.applied.licenseKeys.filter((key) => rules.has(key)) },
      pending: intentOf(one, clock.now() - timing.requestMs - timing.skewMs),
    };
    if (one.link !== null) await store.claims.insert(one.link.key, one.sourceId);
    await store.people.change(one.sourceId, person, null);
  }
}

/** @param deadAt such that the write is over once GoTo's lag has passed (ms) */
function intentOf({ sourceId, pending }: FirstReleasePerson, deadAt: number): Intent | null {
  if (pending?.link == null) return null;
  return {
    id: `first-release-${sourceId}`,
    cycleId: pending.cycleId,
    accountKey: null,
    kind: pending.action === 'create' ? 'create' : 'update',
    action: pending.action,
    reason: pending.reason,
    link: { ...pending.link, key: pending.action === 'create' ? '' : pending.link.key },
    fields: pending.modified.map((one) => one.displayName),
    before: {},
    modified: pending.modified,
    warning: null,
    hold: null,
    factsAt: 0,
    deadAt,
    batch: null,
  };
}
