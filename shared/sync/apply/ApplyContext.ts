/** What the handling of one person needs beside the person: who asks, by whose rules, and whether it may go on. */
import type { Caller } from '../../goto/GotoClient';
import type { Cycle } from '../../model/Cycle';
import { Entitlements } from '../../rules/Entitlements';
import { licensesOfRules, policyHash } from '../../rules/Policy';
import type { Engine } from '../Engine';
import { SETTINGS_CHANGED, stopCycle } from '../cycle/stopCycle';

/** How long a stop, or a shortage, may go unnoticed by another lane, in ms. */
const CHECK_MS = 1_000;

export class ApplyContext {
  readonly licensesOfRules: ReadonlySet<string>;
  #cycle: Cycle;
  #shortages: ReadonlySet<string> = new Set();
  #checkedAt = Number.NEGATIVE_INFINITY;
  #app: Promise<{ readonly id: string; readonly entitlements: Entitlements }> | undefined;

  constructor(
    readonly engine: Engine,
    cycle: Cycle,
    readonly caller: Caller,
  ) {
    this.#cycle = cycle;
    this.licensesOfRules = licensesOfRules(engine.policy);
  }

  get cycleId(): string {
    return this.#cycle.id;
  }

  /** Why nobody else is tried in this cycle; null while work goes on. Known at most a second late. */
  async stopped(): Promise<{ readonly code: string; readonly message: string } | null> {
    await this.#check();
    if (this.#cycle.stopping !== null) return this.#cycle.stopping;
    if (policyHash(this.engine.policy, this.#cycle.mappingVersion) === this.#cycle.policyHash) return null;
    await stopCycle(this.engine, this.cycleId, SETTINGS_CHANGED);
    return SETTINGS_CHANGED;
  }

  /** Whether one of these licences was refused for want of seats already. */
  async isShort(licenseKeys: readonly string[]): Promise<boolean> {
    await this.#check();
    return licenseKeys.some((key) => this.#shortages.has(key));
  }

  /** GoTo refused these licences for want of seats: other lanes know it within a second. */
  async noteShortage(licenseKeys: readonly string[]): Promise<void> {
    for (const key of licenseKeys) await this.engine.store.plans.noteShortage(this.cycleId, key);
    this.#shortages = new Set([...this.#shortages, ...licenseKeys]);
  }

  async #check(): Promise<void> {
    const { store, clock } = this.engine;
    if (clock.now() - this.#checkedAt < CHECK_MS) return;
    this.#checkedAt = clock.now();
    const [stored, shortages] = await Promise.all([
      store.plans.cycle(this.cycleId),
      store.plans.shortages(this.cycleId),
    ]);
    if (stored !== undefined) this.#cycle = stored.cycle;
    this.#shortages = new Set([...this.#shortages, ...shortages]);
  }

  /** The enterprise app, for the look at a person before access is taken. */
  app(): Promise<{ readonly id: string; readonly entitlements: Entitlements }> {
    this.#app ??= (async () => {
      const app = (await this.engine.store.app.read()) ?? (await this.engine.entra.getEnterpriseApp());
      const { roleEntitlements, provisionDefaultAccess } = this.engine.policy;
      return { id: app.id, entitlements: new Entitlements(roleEntitlements, app.appRoles, provisionDefaultAccess) };
    })();
    return this.#app;
  }
}
