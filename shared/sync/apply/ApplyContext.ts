/** What the handling of one person needs beside the person: who asks, by whose rules, and whether it may go on. */
import type { AccountsList } from '../../goto/GotoAccounts';
import type { Caller } from '../../goto/GotoClient';
import type { Mapping } from '../../mapping/Mapping';
import type { Cycle } from '../../model/Cycle';
import type { GotoGroup } from '../../model/ManagedGroup';
import { Entitlements } from '../../rules/Entitlements';
import { licensesOfRules } from '../../rules/Policy';
import type { Engine } from '../Engine';
import { isOfToday } from '../cycle/isOfToday';
import { mappingOf } from '../job/mappingOf';
import { SETTINGS_CHANGED, stopCycle } from '../cycle/stopCycle';
import { watchCycle } from './CycleWatch';

/** Between licences that were refused together. */
const TOGETHER = '+';

export class ApplyContext {
  readonly licensesOfRules: ReadonlySet<string>;
  #ownShortages: ReadonlySet<string> = new Set();
  #userGroups: { readonly at: number; readonly groups: readonly GotoGroup[] } | undefined;
  #accounts: ({ readonly at: number } & AccountsList) | undefined;
  #app: Promise<{ readonly id: string; readonly entitlements: Entitlements }> | undefined;

  constructor(
    readonly engine: Engine,
    /** As it was read with the chunk. */
    private readonly cycle: Cycle,
    readonly caller: Caller,
  ) {
    this.licensesOfRules = licensesOfRules(engine.policy);
  }

  get cycleId(): string {
    return this.cycle.id;
  }

  /** Facts of one person, read for this very request: they live as long as a look (docs/protocol.md R16). */
  get isOnDemand(): boolean {
    return this.cycle.mode === 'onDemand';
  }

  /** Why nobody else is tried in this cycle; null while work goes on. Known at most a second late. */
  async stopped(): Promise<{ readonly code: string; readonly message: string } | null> {
    if (this.cycle.stopping !== null) return this.cycle.stopping;
    const { cycle, stop } = await watchCycle(this.engine, this.cycle);
    const known = cycle?.stopping ?? null;
    if (known !== null) return known;
    if (isOfToday(this.engine, this.cycle) && stop === null) return null;
    const stopping = stop ?? SETTINGS_CHANGED;
    await stopCycle(this.engine, this.cycleId, stopping);
    return stopping;
  }

  /**
   * Whether there are no seats of these licences, or of some of them together: GoTo refused them, or others come first.
   * @param turn of a person (`seatTurn`); without it, whether nobody gets any
   */
  async isShort(licenseKeys: readonly string[], turn?: string): Promise<boolean> {
    const { shortages } = await watchCycle(this.engine, this.cycle);
    const refusals = [...shortages, ...[...this.#ownShortages].map((refused) => [refused, ''] as const)];
    return refusals.some(([refused, upTo]) => {
      const isOver = turn === undefined ? upTo === '' : turn > upTo;
      return isOver && refused.split(TOGETHER).every((key) => licenseKeys.includes(key));
    });
  }

  /** GoTo refused these licences for want of seats, and does not say which: other lanes know it within a second. */
  async noteShortage(licenseKeys: readonly string[]): Promise<void> {
    if (licenseKeys.length === 0) return;
    const refused = [...licenseKeys].sort().join(TOGETHER);
    this.#ownShortages = new Set([...this.#ownShortages, refused]);
    await this.engine.store.plans.noteShortage(this.cycleId, refused);
  }

  /**
   * GoTo's user groups, and when (ms) the list was read: one list serves the groups of a chunk, while it is good for a write.
   * @param isFresh read now, whatever is known
   */
  async userGroups(isFresh: boolean): Promise<{ readonly at: number; readonly groups: readonly GotoGroup[] }> {
    const { accounts, clock, timing } = this.engine;
    const known = this.#userGroups;
    if (known === undefined || isFresh || clock.now() >= known.at + timing.lookLifeMs / 2) {
      const list = { at: clock.now(), groups: await accounts.groups(this.caller) };
      this.#userGroups = list;
      return list;
    }
    return known;
  }

  /** When (ms) the present stage was given to the lanes: whatever came before it was written before. */
  get stageSince(): number {
    return this.cycle.stageSince;
  }

  /** GoTo's accounts, and when (ms) the list was begun; one list serves the groups of a chunk, while it is good for a write. */
  async accounts(): Promise<{ readonly at: number } & AccountsList> {
    const { accounts, clock, timing } = this.engine;
    const known = this.#accounts;
    if (known !== undefined && clock.now() < known.at + timing.lookLifeMs / 2) return known;
    const at = clock.now();
    const list = { at, ...(await accounts.list(this.caller)) };
    this.#accounts = list;
    return list;
  }

  /** The mapping by which the cycle's plan was made. @throws ConnectorError ConfigurationInvalid when it is gone */
  mapping(): Promise<Mapping> {
    return mappingOf(this.engine, this.cycle.mappingVersion);
  }

  /**
   * The enterprise app, for the look at a person before access is taken: read anew, because everybody looks unassigned to
   * one that is switched off. @throws ConnectorError ConfigurationInvalid when it is, or is gone
   */
  app(): Promise<{ readonly id: string; readonly entitlements: Entitlements }> {
    this.#app ??= (async () => {
      const app = await this.engine.entra.getEnterpriseApp();
      const { roleEntitlements, provisionDefaultAccess } = this.engine.policy;
      return { id: app.id, entitlements: new Entitlements(roleEntitlements, app.appRoles, provisionDefaultAccess) };
    })();
    return this.#app;
  }
}
