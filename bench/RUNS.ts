/** What is measured, in order: the change made to the world before the cycle, and the fewest calls that could do it. */
import type { WorldSize } from '../local/simulators/world/buildWorld';
import { newUser, type World } from '../local/simulators/world/buildWorld';

/** The fewest calls that could do the work. */
export interface Floor {
  readonly graph: number;
  readonly gotoReads: number;
  readonly gotoWrites: number;
}

export type RunName =
  | 'initial'
  | 'initialBatched'
  | 'groups'
  | 'secondLook'
  | 'noop'
  | 'churn'
  | 'full'
  | 'wave'
  | 'waveAgreed'
  | 'drift'
  | 'oneChange';

export interface Run {
  readonly name: RunName;
  readonly title: string;
  readonly mode: 'incremental' | 'full';
  /** Needs a company of its own, and these settings. */
  readonly alone?: Readonly<Record<string, string>>;
  /** Begins only when Graph's replicas have caught up with what the cycle before has read. */
  readonly waits: boolean;
  /** Changes the world. @returns the floor of the cycle that follows */
  prepare(world: World, size: WorldSize): Floor;
}

/** People of one request that creates. */
const BATCH = 20;
const GOTO_PAGE = 1_000;
const GRAPH_PAGE = 999;
/** Users and groups by delta, and the assignments, in pages of 999. */
const deltas = (size: WorldSize): number => 2 + Math.ceil(size.groups / GRAPH_PAGE);
const pages = (accounts: number): number => Math.max(1, Math.ceil(accounts / GOTO_PAGE));
const accountsOf = ({ goto }: World): number => goto.all().length;
const proof = (world: World, writes: number): number => Math.min(writes, pages(accountsOf(world)));
const groupPages = (size: WorldSize): number => size.groups * Math.ceil(size.membersPerGroup / GRAPH_PAGE);
/** Who we are, the licences, and everybody. */
const target = (accounts: number): number => 2 + pages(accounts);

export const RUNS: readonly Run[] = [
  {
    name: 'initialBatched',
    title: 'initial, batched',
    mode: 'full',
    waits: false,
    alone: { CREATE_BATCH_SIZE: String(BATCH) },
    prepare: (world, size) => initial(world, size, BATCH),
  },
  {
    name: 'groups',
    title: 'initial, groups',
    mode: 'full',
    waits: false,
    alone: { CREATE_BATCH_SIZE: String(BATCH), PROVISION_GROUPS: 'true' },
    prepare: (world, size) => initialWithGroups(world, size),
  },
  {
    name: 'initial',
    title: 'initial, one by one',
    mode: 'full',
    waits: false,
    prepare: (world, size) => initial(world, size, 1),
  },
  {
    name: 'secondLook',
    title: 'second look',
    mode: 'incremental',
    waits: true,
    prepare: (_world, size) => ({ graph: deltas(size) + groupPages(size), gotoReads: 0, gotoWrites: 0 }),
  },
  {
    name: 'noop',
    title: 'no-op',
    mode: 'incremental',
    waits: false,
    prepare: (_world, size) => ({ graph: deltas(size), gotoReads: 0, gotoWrites: 0 }),
  },
  { name: 'churn', title: '1 % churn', mode: 'incremental', waits: false, prepare: churn },
  {
    name: 'full',
    title: 'full, no change',
    mode: 'full',
    waits: true,
    prepare: (world, size) => ({
      graph: deltas(size) + 1 + groupPages(size),
      gotoReads: target(accountsOf(world)),
      gotoWrites: 0,
    }),
  },
  {
    name: 'wave',
    title: '30 % leave',
    mode: 'incremental',
    waits: false,
    prepare: (world, size) => {
      const leavers = leave(world, size, 0.3);
      return { graph: deltas(size) + lookUps(leavers), gotoReads: 0, gotoWrites: 0 };
    },
  },
  {
    name: 'waveAgreed',
    title: '30 % leave, agreed',
    mode: 'incremental',
    waits: true,
    prepare: (world, size) => {
      const gone = world.goto.all().length - 1 - world.directory.entitledIds().size - suspended(world);
      return {
        graph: deltas(size) + lookUps(gone) * 2,
        gotoReads: gone + proof(world, gone),
        gotoWrites: gone,
      };
    },
  },
  {
    name: 'drift',
    title: '1 % drift, full',
    mode: 'full',
    waits: true,
    prepare: (world, size) => {
      const drifted = drift(world, 0.01);
      return {
        graph: deltas(size) + 1 + groupPages(size),
        gotoReads: target(accountsOf(world)) + proof(world, drifted),
        gotoWrites: drifted,
      };
    },
  },
  {
    name: 'oneChange',
    title: 'one change',
    mode: 'incremental',
    waits: false,
    prepare: (world, size) => {
      const [someone = ''] = world.directory.entitledIds();
      world.directory.changeUser(someone, { surname: 'Changed' });
      return { graph: deltas(size), gotoReads: 2, gotoWrites: 1 };
    },
  },
];

/** Names of groups asked for with one request, and user groups on one page of GoTo's list. */
const NAMES = 20;
const GROUPS_PAGE = 200;

/** Groups are made, then their people, of whom each is looked at and moved: GoTo's creation takes no group. */
function initialWithGroups(world: World, size: WorldSize): Floor {
  const { graph, gotoReads, gotoWrites } = initial(world, size, BATCH);
  const moved = new Set([...world.directory.groups.values()].flatMap(({ latest }) => [...latest.members.keys()])).size;
  return {
    graph: graph + Math.ceil(size.groups / NAMES),
    gotoReads: gotoReads + 2 * Math.ceil(size.groups / GROUPS_PAGE) + moved,
    gotoWrites: gotoWrites + size.groups + moved,
  };
}

/** Everybody is made, so many with one request. */
function initial(world: World, size: WorldSize, batch: number): Floor {
  const people = world.directory.entitledIds().size;
  return {
    graph: deltas(size) + 1 + groupPages(size),
    gotoReads: target(accountsOf(world)) + pages(accountsOf(world) + people),
    gotoWrites: Math.ceil(people / batch),
  };
}

/** Point reads go by twenty in one request. */
const lookUps = (people: number): number => Math.ceil(people / 20);

/** Renames, joiners and leavers by sign-in, a third each. Who has an account is looked at before, and proven after. */
function churn(world: World, size: WorldSize): Floor {
  const { directory, random } = world;
  const people = [...directory.entitledIds()];
  const count = Math.max(1, Math.round(people.length / 100));
  const group = [...directory.groups.keys()][0] ?? '';
  for (let index = 0; index < count; index += 1) {
    const id = people[(index * 7) % people.length] ?? '';
    if (index % 3 === 0) directory.changeUser(id, { surname: 'Renamed' });
    else if (index % 3 === 1) directory.addMember(group, directory.addUser(newUser(random, 500_000 + index)).id);
    else directory.changeUser(id, { accountEnabled: false });
  }
  return { graph: deltas(size) + lookUps(count), gotoReads: count + proof(world, count), gotoWrites: count };
}

/** A share of the people leaves every group. @returns how many */
function leave({ directory }: World, size: WorldSize, share: number): number {
  const people = [...directory.entitledIds()];
  const leavers = new Set(people.filter((_, index) => index % 10 < share * 10));
  for (const [groupId, group] of directory.groups) {
    for (const id of leavers) if (group.latest.members.has(id)) directory.removeMember(groupId, id);
  }
  return size.groups === 0 ? 0 : leavers.size;
}

/** Names changed by hand in GoTo. @returns how many */
function drift({ goto, directory }: World, share: number): number {
  const entitled = [...directory.entitledIds()];
  const count = Math.max(1, Math.round(entitled.length * share));
  let changed = 0;
  for (const id of entitled) {
    if (changed === count) break;
    const { mail, userPrincipalName } = directory.user(id);
    const account = goto.byEmail(mail ?? userPrincipalName);
    if (account === undefined) continue;
    goto.changeByHand(account.key, { lastName: 'By Hand' });
    changed += 1;
  }
  return changed;
}

/** Accounts without licence: those the connector has disabled. */
const suspended = ({ goto }: World): number =>
  goto.all().filter((account) => account.licenseKeys.length === 0 && account.key !== goto.ownerKey).length;
