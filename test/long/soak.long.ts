/**
 * A company lives for thirty days: people come, go, marry and come back, accounts are changed by hand, services fail and
 * lag. Afterwards GoTo shows what Entra says, and what is kept is what seven days leave behind.
 */
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { seeded, type Random } from '../../local/simulators/random/seeded';
import { startOfCycle } from '../../shared/model/Cycle';
import { expectConverged } from '../support/expectConverged';
import { entitled, newcomer, newDepartment, newPerson, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const DAYS = Number(process.env['DAYS'] ?? 30);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETENTION_DAYS = 7;
/** Hours between two cycles; the one at night is full. */
const EVERY_HOURS = 2;

let connector: TestConnector;
afterEach(() => connector.stop());

class Company {
  #number = 900;
  readonly #away: EntraUser[] = [];
  /** Whose account was changed by hand: twice would be another system's (ManagedElsewhere), and is left. */
  readonly #byHand = new Set<string>();

  constructor(
    private readonly of: TestConnector,
    private readonly random: Random,
  ) {}

  get #next(): number {
    return (this.#number += 1);
  }

  #someone(): EntraUser {
    return this.random.pick(entitled(this.of));
  }

  /** Something that happens in a company. @returns what, for the story that is printed when it goes wrong */
  happen(): string {
    const { directory, goto } = this.of.world;
    const events: Readonly<Record<string, () => void>> = {
      comes: () => void newcomer(this.of, this.#next),
      joinsGroup: () => {
        directory.addMember(this.random.pick([...directory.groups.keys()]), newPerson(this.of, this.#next).id);
      },
      newDepartment: () =>
        void newDepartment(this.of, [newPerson(this.of, this.#next), newPerson(this.of, this.#next)]),
      leaves: () => unassign(this.of, this.#someone().id),
      isBlocked: () => {
        const person = this.#someone();
        directory.changeUser(person.id, { accountEnabled: false });
        this.#away.push(person);
      },
      comesBack: () => {
        const person = this.#away.pop();
        if (person !== undefined) directory.restoreUser(person);
      },
      isDeleted: () => void this.#away.push(directory.deleteUser(this.#someone().id)),
      isGoneForGood: () => directory.purgeUser(this.#someone().id),
      isRehired: () => {
        const { id, mail, userPrincipalName } = this.#someone();
        directory.purgeUser(id);
        newcomer(this.of, this.#next, { mail, userPrincipalName });
      },
      marries: () => directory.changeUser(this.#someone().id, { surname: `Married ${this.#next}` }),
      moves: () => {
        const address = `moved.${this.#next}@example.com`;
        directory.changeUser(this.#someone().id, { mail: address, userPrincipalName: address });
      },
      isChangedByHand: () => {
        const account = this.of.accountOf(this.#someone().id);
        if (account === undefined || this.#byHand.has(account.key)) return;
        this.#byHand.add(account.key);
        goto.changeByHand(account.key, { lastName: 'By Hand', licenseKeys: [] });
      },
      isRemovedByHand: () => {
        const account = this.of.accountOf(this.#someone().id);
        if (account !== undefined) goto.removeByHand(account.key);
      },
    };
    const name = this.random.pick(Object.keys(events));
    events[name]?.();
    return name;
  }

  /** Something that goes wrong for a while. */
  fail(): string {
    const { entra } = this.of.stack;
    const { goto } = this.of.world;
    const times = 1 + this.random.below(40);
    const faults: Readonly<Record<string, () => void>> = {
      graph503: () => entra.addFault({ match: '/v1.0/', kind: 'status', status: 503, times }),
      graphDrops: () => entra.addFault({ match: '/v1.0/', kind: 'drop', times }),
      graphForgets: () => entra.addFault({ match: 'users/delta', kind: 'status', status: 410 }),
      goto503: () => goto.addFault({ match: '/admin/', kind: 'status', status: 503, times }),
      gotoDrops: () => goto.addFault({ match: '/admin/', kind: 'drop', times }),
      gotoCommitsAndDrops: () => goto.addFault({ match: '(POST|PUT) /admin', kind: 'commitThenDrop', times }),
      gotoRefuses: () => goto.addFault({ match: '/admin/', kind: 'status', status: 403, times }),
      gotoWaits: () =>
        goto.addFault({ match: '/admin/', kind: 'status', status: 429, headers: { 'retry-after': '900' } }),
      graphLags: () => void (entra.behaviour.lagMs = 60_000),
      membersLag: () => void (entra.behaviour.lagOf = { members: 90_000 }),
      gotoLags: () => void (goto.behaviour.readLagMs = 20_000),
    };
    const name = this.random.pick(Object.keys(faults));
    faults[name]?.();
    return `${name}×${times}`;
  }

  heal(): void {
    this.of.stack.entra.clearFaults();
    this.of.world.goto.clearFaults();
    Object.assign(this.of.stack.entra.behaviour, { lagMs: 0, lagOf: {} });
    this.of.world.goto.behaviour.readLagMs = 0;
  }
}

/** Rows of every table, and which cycles they belong to. */
async function tables(): Promise<Map<string, { readonly rows: number; readonly partitions: Set<string> }>> {
  const options = { allowInsecureConnection: true };
  const result = new Map<string, { rows: number; partitions: Set<string> }>();
  for await (const { name = '' } of TableServiceClient.fromConnectionString(
    connector.stack.storage,
    options,
  ).listTables()) {
    const found = { rows: 0, partitions: new Set<string>() };
    for await (const row of TableClient.fromConnectionString(connector.stack.storage, name, options).listEntities()) {
      found.rows += 1;
      found.partitions.add(row.partitionKey ?? '');
    }
    result.set(name, found);
  }
  return result;
}

test(`thirty days of a company (SEED=${SEED})`, async () => {
  connector = await TestConnector.start({
    world: { people: 30, groups: 4, membersPerGroup: 6, existingShare: 0.3 },
    settings: { LOG_RETENTION_DAYS: String(RETENTION_DAYS) },
  });
  const random = seeded(SEED);
  const company = new Company(connector, random);
  const story: string[] = [];
  await connector.cycle();
  for (let hour = 0; hour < DAYS * 24; hour += EVERY_HOURS) {
    const events = random.next() < 0.4 ? [company.happen(), ...(random.next() < 0.3 ? [company.happen()] : [])] : [];
    const fault = random.next() < 0.15 ? company.fail() : '';
    if (events.length > 0 || fault !== '')
      story.push(`${Math.floor(hour / 24)}d${hour % 24}h ${events.join('+')} ${fault}`);
    connector.later(random.below(120_000));
    await connector.cycle(hour % 24 === 2 ? 'full' : 'incremental');
    if (random.next() < 0.7) company.heal();
    connector.later(EVERY_HOURS * HOUR_MS);
  }
  console.info(`SEED=${SEED}: ${entitled(connector).length} entitled after ${story.length} eventful hours`);

  company.heal();
  await connector.cycle('full');
  for (let index = 0; index < 3; index += 1) {
    connector.later(DAY_MS);
    await connector.cycle(index === 1 ? 'full' : 'incremental');
  }
  try {
    expectConverged(connector);
    for (const user of entitled(connector)) {
      expect(connector.accountOf(user.id)).toMatchObject({ lastName: user.surname, licenseKeys: [MEETING_LICENSE] });
    }
  } catch (error) {
    console.error(story.join('\n'));
    throw error;
  }
  expect(connector.world.goto.overlaps).toBe(0);
  connector.later();
  const mark = connector.mark();
  await connector.cycle();
  expect(mark.since()).toEqual({ graph: 3, goto: 0, gotoWrites: 0 });

  // The last full cycle took away what was older than the retention then; two days have passed since.
  const kept = await tables();
  const oldest = connector.clock.now() - (RETENTION_DAYS + 2) * DAY_MS;
  const { cycles } = await connector.engine.store.cycles.page(1_000);
  expect(Math.min(...cycles.map(({ cycle }) => startOfCycle(cycle.id)))).toBeGreaterThan(oldest);
  const ids = new Set(cycles.map(({ cycle }) => cycle.id));
  expect([...(kept.get('Plans')?.partitions ?? [])].filter((id) => !ids.has(id))).toEqual([]);
  for (const id of connector.world.directory.users.keys())
    for await (const entry of connector.engine.store.people.log(id)) expect(ids).toContain(entry.cycleId);
  expect(kept.get('Dirty')?.rows).toBe(0);
  expect(kept.get('Claims')?.rows).toBeLessThanOrEqual(connector.world.goto.users.size);
  expect(kept.get('Job')?.rows).toBeLessThan(30);
}, 1_200_000);
