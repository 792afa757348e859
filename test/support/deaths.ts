/** Stories in which the process dies at a call to the outside, and what must hold when the timer has come four times more. */
import { statusOf } from '../../local/simulators/goto/GotoSimulator';
import { newUser } from '../../local/simulators/world/buildWorld';
import { FINAL_STATES, type CycleMode } from '../../shared/model/Cycle';
import { postRevert } from '../../shared/api/planActions';
import { postRelease } from '../../shared/api/postRelease';
import { apiRequest } from './apiRequest';
import { decide } from './approvals';
import { CHANGES, TINY, VILLAGE } from './company';
import { expectConverged } from './expectConverged';
import { expectLogged } from './expectLogged';
import { cycles, entitled } from './stories';
import { askToApply, dryRun, intended, planOf, revert } from './plans';
import { TestConnector } from './TestConnector';

export interface Story {
  readonly title: string;
  /** Everything before the calls that count. */
  readonly prepare: () => Promise<TestConnector>;
  /** What begins the calls that count; a cycle of the timer where it is left out. */
  readonly begin?: (connector: TestConnector) => Promise<unknown>;
  /** Whoever got no answer asks again. */
  readonly isAskedAgain?: boolean;
  /** What holds when the timer has come, and what happens then: the timer comes again. */
  readonly afterwards?: (connector: TestConnector) => Promise<void>;
  /** What holds at the end beside what always does. */
  readonly alsoHolds?: (connector: TestConnector) => void;
}

export const INITIAL: Story = {
  title: 'an initial cycle',
  prepare: () => TestConnector.start({ world: TINY }),
};

export const INCREMENTAL: Story = {
  title: 'an incremental cycle with every kind of change',
  prepare: async () => {
    const connector = await TestConnector.start({ world: VILLAGE });
    for (const change of CHANGES) change.before?.(connector);
    await connector.begin();
    connector.later();
    for (const change of CHANGES) change.happen(connector);
    return connector;
  },
};

/** The same changes, as a plan that somebody has seen. */
export const APPLY: Story = {
  title: 'the apply of a plan with every kind of change',
  prepare: async () => {
    const connector = await INCREMENTAL.prepare();
    await dryRun(connector);
    return connector;
  },
  begin: async (connector) => {
    const [newest] = (await connector.engine.store.cycles.page(1)).cycles;
    const { id = '', planHash = '' } = newest?.cycle ?? {};
    return askToApply(connector, { id, hash: planHash });
  },
};

/** The same changes, as a plan that nobody has seen yet. */
export const PLAN: Story = {
  title: 'a plan of every kind of change',
  prepare: async () => {
    const connector = await INCREMENTAL.prepare();
    plans.set(connector, intended(await dryRun(connector)));
    return connector;
  },
  begin: (connector) => connector.start('incremental', { trigger: 'http', dryRun: true }),
  isAskedAgain: true,
  afterwards: (connector) => expectPlanned(connector, 'incremental'),
};

/** What a plan said when nobody died. */
const plans = new WeakMap<TestConnector, readonly string[]>();

async function expectPlanned(connector: TestConnector, mode: CycleMode): Promise<void> {
  const { cycles: listed } = await connector.engine.store.cycles.page(20);
  const made = listed.filter(({ cycle }) => cycle.dryRun && cycle.mode === mode);
  expect(made.map(({ cycle }) => cycle.state)).toEqual(made.map(() => 'planned'));
  // One is from before, in peace.
  expect(made.length).toBeGreaterThan(1);
  for (const { cycle } of made) expect(intended(await planOf(connector, cycle.id))).toEqual(plans.get(connector));
}

/** A company too large for its slices: every page of every list, and of every delta, is a message of its own. */
export const SLICED: Story = {
  title: 'a full cycle with a message a page',
  prepare: async () => {
    const connector = await TestConnector.start({ world: TINY, timing: SMALLEST_SLICES });
    const { directory, random } = connector.world;
    for (const number of [960, 961, 962]) directory.assign(directory.addUser(newUser(random, number)).id, 'User');
    await connector.begin();
    connector.later();
    const [renamed = '', blocked = ''] = [...directory.entitledIds()];
    directory.changeUser(renamed, { surname: 'Married' });
    directory.changeUser(blocked, { accountEnabled: false });
    for (const [number, groupId] of [...directory.groups.keys()].entries())
      directory.addMember(groupId, directory.addUser(newUser(random, 965 + number)).id);
    directory.assign(directory.addUser(newUser(random, 969)).id, 'User');
    await connector.engine.store.wish.make('story');
    turnSmallPages(connector);
    return connector;
  },
};

export const SMALLEST_SLICES = { groupsPerSlice: 2, pagesPerSlice: 1, sliceMs: 0 } as const;

/** Graph and GoTo give few rows at once. */
export function turnSmallPages({ stack, world }: TestConnector): void {
  Object.assign(stack.entra.behaviour, { pageCap: 3, deltaPageSize: 2 });
  world.goto.behaviour.pageSizeCap = 4;
}

/** Two groups are new, one is renamed. */
export const GROUPS: Story = {
  title: 'a cycle that makes and renames user groups',
  prepare: async () => {
    const world = { people: 2, groups: 2, membersPerGroup: 1, existingShare: 0 };
    const connector = await TestConnector.start({ world, settings: { PROVISION_GROUPS: 'true' } });
    const { directory, random } = connector.world;
    const [renamed = ''] = [...directory.groups.keys()];
    await connector.begin();
    connector.later();
    directory.renameGroup(renamed, 'Renamed');
    for (const name of ['Newer', 'Newest']) {
      const { id } = directory.addGroup(name);
      directory.addMember(id, directory.addUser(newUser(random, 970 + name.length)).id);
      directory.assign(id, 'Group');
    }
    return connector;
  },
  alsoHolds: (connector) => {
    const { directory, goto } = connector.world;
    const wanted = [...directory.groups.values()].map(({ latest }) => latest.displayName);
    expect([...goto.groups.values()].sort()).toEqual(wanted.sort());
    for (const { latest } of directory.groups.values())
      for (const id of latest.members.keys())
        expect(goto.groups.get(connector.accountOf(id)?.groupKey ?? '')).toBe(latest.displayName);
  },
};

/** The undo of a cycle that made, changed and disabled accounts, and made and renamed user groups. */
export const UNDO: Story = {
  title: 'the undo of a cycle',
  prepare: async () => {
    const { connector, id } = await cycleToUndo();
    await revert(connector, id);
    return connector;
  },
  begin: async (connector) => {
    const plan = (await connector.engine.store.cycles.page(20)).cycles.find(({ cycle }) => cycle.mode === 'revert');
    const { id = '', planHash = '' } = plan?.cycle ?? {};
    return askToApply(connector, { id, hash: planHash });
  },
  isAskedAgain: true,
  afterwards: async (connector) => {
    expect(stateOf(connector)).toEqual(stateBefore(connector));
    for (const id of connector.world.directory.users.keys())
      await postRelease(connector.engine, apiRequest('', { id })).catch(() => undefined);
  },
  alsoHolds: (connector) => GROUPS.alsoHolds?.(connector),
};

/** The plan of that, which nobody applies. */
export const UNDO_PLAN: Story = {
  title: 'the plan of an undo',
  prepare: async () => {
    const { connector, id } = await cycleToUndo();
    plans.set(connector, intended(await revert(connector, id)));
    return connector;
  },
  begin: async (connector) => {
    const { cycles: listed } = await connector.engine.store.cycles.page(20);
    const undone = listed.find(({ cycle }) => cycle.mode === 'revert')?.cycle.from?.cycleId ?? '';
    return connector.run(() => postRevert(connector.engine, apiRequest('', { id: undone })));
  },
  isAskedAgain: true,
  afterwards: (connector) => expectPlanned(connector, 'revert'),
  alsoHolds: (connector) => GROUPS.alsoHolds?.(connector),
};

async function cycleToUndo(): Promise<{ readonly connector: TestConnector; readonly id: string }> {
  const connector = await GROUPS.prepare();
  const { directory } = connector.world;
  const [renamed, blocked] = entitled(connector);
  directory.changeUser(renamed?.id ?? '', { surname: 'Married' });
  directory.changeUser(blocked?.id ?? '', { accountEnabled: false });
  states.set(connector, stateOf(connector));
  const { id } = await connector.cycle();
  expect(stateOf(connector)).not.toEqual(stateBefore(connector));
  connector.later();
  return { connector, id };
}

/** What GoTo held before the cycle that is undone. */
const states = new WeakMap<TestConnector, readonly string[]>();
const stateBefore = (connector: TestConnector): readonly string[] => states.get(connector) ?? [];

/** Accounts that open something, and user groups. */
const stateOf = ({ world: { goto } }: TestConnector): readonly string[] =>
  [
    ...goto
      .all()
      .filter(({ licenseKeys }) => licenseKeys.length > 0)
      .map(({ key, email, lastName, licenseKeys, groupKey }) =>
        [key, email, lastName, groupKey, ...[...licenseKeys].sort()].join(' '),
      ),
    ...[...goto.groups].map((group) => group.join(' ')),
  ].sort();

/** Two people whose accounts are due to be deleted, and one who leaves in the cycle that counts. */
async function withDueAccounts(): Promise<TestConnector> {
  const connector = await TestConnector.start({ world: { ...TINY, people: 4, existingShare: 0 } });
  await connector.begin();
  const { directory } = connector.world;
  const [first, second, leaver] = entitled(connector);
  for (const person of [first, second]) directory.changeUser(person?.id ?? '', { accountEnabled: false });
  await cycles(connector, 2);
  connector.later(2 * 24 * 3_600_000);
  directory.changeUser(leaver?.id ?? '', { accountEnabled: false });
  // With a setting that is new the next cycle is a full one.
  await connector.restart({ DELETE_AFTER_DAYS: '1' });
  return connector;
}

const suspended = ({ world: { goto } }: TestConnector): number =>
  goto.all().filter((user) => statusOf(user) === 'SUSPENDED').length;

export const STAGED_DELETIONS: Story = {
  title: 'a cycle that asks about accounts to delete',
  prepare: withDueAccounts,
  alsoHolds: (connector) => expect(suspended(connector)).toBe(3),
};

export const DELETIONS: Story = {
  title: 'accounts that an admin lets delete',
  prepare: async () => {
    const connector = await withDueAccounts();
    const { id, state } = await connector.cycle();
    expect(state).toBe('awaitingApproval');
    await decide(connector, 'approve', id, (await planOf(connector, id)).hash ?? '');
    return connector;
  },
  alsoHolds: (connector) => expect(suspended(connector)).toBe(1),
};

const begin = ({ begin: own }: Story, connector: TestConnector): Promise<unknown> =>
  own === undefined ? connector.start() : own(connector);

/** The calls and writes of the story when nobody dies. */
export async function undisturbed(story: Story): Promise<{ readonly calls: number; readonly writes: number }> {
  const connector = await story.prepare();
  try {
    const before = { calls: connector.calls, writes: connector.world.goto.writes.length };
    await begin(story, connector);
    await connector.settle();
    const calls = connector.calls - before.calls;
    await end(story, connector);
    return { calls, writes: connector.world.goto.writes.length - before.writes };
  } finally {
    await connector.stop();
  }
}

/**
 * Plays the story with a death at its call `killAt`, and another one `again` calls later.
 * @returns whether everybody died who was to: a run may need a few calls less than the counted one
 */
export async function playDeath(story: Story, writes: number, killAt: number, again?: number): Promise<boolean> {
  const connector = await story.prepare();
  try {
    const before = connector.world.goto.writes.length;
    connector.killAt = connector.calls + killAt;
    connector.killAgainAfter = again;
    const ask = async (): Promise<void> => {
      await begin(story, connector).catch(() => undefined);
      await connector.settle();
    };
    await ask();
    // Who died in the request itself, with nothing behind it, dies again in the next one.
    if (story.isAskedAgain === true && again !== undefined) await ask();
    const hasDied = connector.takeKill();
    if (story.isAskedAgain === true) {
      await begin(story, connector);
      await connector.settle();
    }
    await end(story, connector);
    expect(connector.world.goto.writes.length - before).toBe(writes);
    return hasDied;
  } catch (error) {
    const place = `${story.title}, killed at call ${killAt}${again === undefined ? '' : `, again ${again} calls later`}`;
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${place}: ${what}\n${await toldOf(connector)}`, { cause: error });
  } finally {
    await connector.stop();
  }
}

/** A death that did harm may not do it again: its cycles, newest first, and the last that was logged. */
async function toldOf({ engine, events }: TestConnector): Promise<string> {
  const { cycles: listed } = await engine.store.cycles.page(20);
  return [
    ...listed.map(({ cycle, final }) =>
      JSON.stringify([cycle.id, cycle.mode, cycle.state, cycle.error?.code, final?.tally.counts]),
    ),
    ...events.slice(-40).map(({ line }) => line),
  ].join('\n');
}

async function end({ afterwards, alsoHolds }: Story, connector: TestConnector): Promise<void> {
  await fourSlots(connector);
  if (afterwards !== undefined) {
    await afterwards(connector);
    await fourSlots(connector);
  }
  await expectInOrder(connector);
  alsoHolds?.(connector);
}

/** The timer takes up what was left lying. */
export async function fourSlots(connector: TestConnector): Promise<void> {
  for (let slot = 0; slot < 4; slot += 1) {
    connector.later(11 * 60_000);
    await connector.start();
    await connector.settle();
  }
}

/** I01, I03, I12 and I14 at once. */
export async function expectInOrder(connector: TestConnector): Promise<void> {
  expectConverged(connector);
  await expectLogged(connector);
  const { store } = connector.engine;
  expect(await store.turn.current()).toBeUndefined();
  for (const { cycle, final } of (await store.cycles.page(100)).cycles) {
    expect(FINAL_STATES.has(cycle.state)).toBe(true);
    expect({ id: cycle.id, done: final?.done }).toEqual({ id: cycle.id, done: cycle.expected });
  }
  expect(connector.stack.broker.queue('sync-jobs').counts.deadLettered).toBe(0);
  expect(connector.stack.broker.queue('user-changes').counts.deadLettered).toBe(0);
  expect(connector.stack.broker.queue('group-changes').counts.deadLettered).toBe(0);
}
