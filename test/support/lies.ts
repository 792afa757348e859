/**
 * Bad reads of Entra by which somebody else's connector once emptied a company: lists that are cut, empty or another
 * app's, rights and roles that went, a filter with a slip. Each is told for a while, and nobody loses access by it.
 */
import { EntraDirectory, USER_ROLE_ID, type EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE, WEBINAR_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { realClock } from '../../local/clock/StackClock';
import { honestEntra } from '../../local/simulators/entra/EntraBehaviour';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { expectConverged } from './expectConverged';
import { deleteMeant, putMeant } from './meantMapping';
import { entitled, newcomer, unassign } from './stories';
import { TestConnector, type CycleView } from './TestConnector';

export const DAY_MS = 24 * 3_600_000;

export interface Lie {
  readonly name: string;
  readonly tell: (connector: TestConnector) => unknown;
  /** What `heal` does not mend by itself. */
  readonly mend?: (connector: TestConnector) => unknown;
  /** The cycle says so and does nothing: true leavers go when it is over. Else they go beside the lie. */
  readonly failsCycles?: boolean;
  /** In the cycle's warnings, or its error. */
  readonly says: RegExp;
  /** It is above the limit, nothing contradicts it, and an admin is asked. */
  readonly isAskedAbout?: boolean;
}

const { id, appId } = new EntraDirectory(realClock).app;
const honestApp = { id, appId };
const OTHER_APP = '99999999-9999-4999-8999-999999999999';

/** Everybody is in a department but those the filter names. */
function schemaWithSlip(): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [
    { operatorName: 'EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Enginering'] } },
  ];
  const scope = { groups: [{ name: 'filter', clauses }] };
  return { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [{ ...mapping, scope }] }] };
}

const behave = ({ stack }: TestConnector, changes: Partial<ReturnType<typeof honestEntra>>): void => {
  Object.assign(stack.entra.behaviour, changes);
};

export const LIES: readonly Lie[] = [
  {
    name: 'every group reads as empty',
    tell: ({ stack, world }) => {
      for (const id of world.directory.groups.keys()) stack.entra.behaviour.emptyMembersOf.add(id);
    },
    says: /reads as empty or missing|without access/,
  },
  {
    name: 'every group reads as halved',
    tell: (connector) => {
      behave(connector, { membersShown: 0.5 });
    },
    says: /members of group \S+ has \d rows, but Graph counts \d/,
  },
  {
    name: 'every group reads as halved, and nobody seems to be in a group when asked by person',
    tell: (connector) => {
      behave(connector, { membersShown: 0.5, hidesMemberships: true });
    },
    says: /members of group \S+ has \d rows, but Graph counts \d/,
  },
  {
    name: 'every group reads as halved, and Graph’s count agrees',
    tell: (connector) => {
      behave(connector, { membersShown: 0.5, countsWhatIsShown: true });
    },
    says: /lists show \d+ people without access, and Entra shows it|have lost access/,
  },
  {
    name: 'every group reads as halved, its count agrees, and nobody seems to be in a group when asked by person',
    tell: (connector) => {
      behave(connector, { membersShown: 0.5, countsWhatIsShown: true, hidesMemberships: true });
    },
    says: /would lose access within 24 hours|have lost access/,
    isAskedAbout: true,
  },
  {
    name: 'the list of assignments is empty',
    tell: (connector) => {
      behave(connector, { assignmentsShown: 0 });
    },
    says: /has 0 rows, but Graph counts \d+/,
  },
  {
    name: 'the list of assignments is empty, and Graph’s count agrees',
    tell: (connector) => {
      behave(connector, { assignmentsShown: 0, countsWhatIsShown: true });
    },
    says: /lists show \d+ people without access, and Entra shows it|have lost access/,
  },
  {
    name: 'the list of assignments is halved, and nobody may ask what a person is assigned to',
    tell: (connector) => {
      behave(connector, { assignmentsShown: 0.5, refusesAssignmentsOf: true });
    },
    says: /rows, but Graph counts \d+/,
  },
  {
    name: 'the list of assignments is empty, its count agrees, and nobody may ask what a person is assigned to',
    tell: (connector) => {
      behave(connector, { assignmentsShown: 0, countsWhatIsShown: true, refusesAssignmentsOf: true });
    },
    says: /would lose access within 24 hours|have lost access/,
    isAskedAbout: true,
  },
  {
    name: 'the second page of every list is empty',
    tell: (connector) => {
      behave(connector, { pageCap: 3, endsWithEmptyPage: true });
    },
    says: /rows, but Graph counts \d+/,
  },
  {
    name: 'the second page of every list is the first again, and nobody may ask what a person is assigned to',
    tell: (connector) => {
      behave(connector, { pageCap: 4, repeatsFirstPage: true, refusesAssignmentsOf: true });
    },
    says: /rows, but Graph counts \d+/,
  },
  {
    name: 'a filter has a slip',
    tell: ({ engine }) => putMeant(engine, schemaWithSlip()),
    mend: ({ engine }) => deleteMeant(engine),
    says: /would lose access within 24 hours|have lost access/,
    isAskedAbout: true,
  },
  {
    name: 'consent is withdrawn half-way',
    tell: ({ stack }) => {
      stack.entra.addFault({ match: 'appRoleAssignedTo', kind: 'status', status: 403, times: 1_000_000 });
    },
    says: /refused the managed identity/,
    failsCycles: true,
  },
  {
    name: 'the settings name another app, to which nobody is assigned',
    tell: async (connector) => {
      Object.assign(connector.world.directory.app, { id: OTHER_APP, appId: OTHER_APP });
      behave(connector, { assignmentsShown: 0, countsWhatIsShown: true });
      await connector.restart({ ENTRA_APP_ID: OTHER_APP });
    },
    mend: async (connector) => {
      Object.assign(connector.world.directory.app, honestApp);
      await connector.restart({ ENTRA_APP_ID: honestApp.appId });
    },
    says: /another enterprise application/,
    failsCycles: true,
  },
  {
    name: 'the app is switched off, and nobody is assigned to it',
    tell: (connector) => {
      connector.world.directory.app.accountEnabled = false;
      behave(connector, { assignmentsShown: 0, countsWhatIsShown: true });
    },
    mend: ({ world }) => {
      world.directory.app.accountEnabled = true;
    },
    says: /switched off in Entra/,
    failsCycles: true,
  },
  {
    name: 'the app is gone',
    tell: ({ stack }) => {
      stack.entra.addFault({ match: 'servicePrincipals', kind: 'status', status: 404, times: 1_000_000 });
    },
    says: /no such|not found|404/i,
    failsCycles: true,
  },
  {
    name: 'a role has another name',
    tell: ({ world }) => {
      renameRole(world.directory.app, 'Member');
    },
    mend: ({ world }) => {
      renameRole(world.directory.app, 'User');
    },
    says: /perhaps renamed|which is no role/,
  },
];

function renameRole({ appRoles }: TestConnector['world']['directory']['app'], displayName: string): void {
  const index = appRoles.findIndex((role) => role.id === USER_ROLE_ID);
  const role = appRoles[index];
  if (role !== undefined) appRoles[index] = { ...role, displayName };
}

/** Fourteen people of two groups and six who are assigned one by one; three may lose access in a day. */
export async function startCompany(): Promise<TestConnector> {
  const connector = await TestConnector.start({
    world: { people: 14, groups: 2, membersPerGroup: 7, existingShare: 0.3 },
    settings: {
      REMOVAL_LIMIT_PERCENT: '10',
      REMOVAL_LIMIT_COUNT: '50',
      // By name, as admins write it.
      ROLE_ENTITLEMENTS: JSON.stringify({
        User: { licenseKeys: [MEETING_LICENSE] },
        webinar: { licenseKeys: [MEETING_LICENSE, WEBINAR_LICENSE] },
      }),
    },
  });
  for (let number = 1; number <= 6; number += 1) newcomer(connector, 700 + number);
  await connector.begin();
  connector.later();
  await connector.cycle();
  return connector;
}

/** A cycle of the lie: whether full or not, and how long after the last one (ms). */
export interface Told {
  readonly mode: 'incremental' | 'full';
  readonly after: number;
}

/**
 * The lie is told for these cycles while one person is blocked and one loses the assignment; then it is over. Nobody else
 * ever loses access; those two do, beside the lie or right after it.
 */
export async function playLie(connector: TestConnector, lie: Lie, cycles: readonly Told[]): Promise<void> {
  const { world, stack } = connector;
  const people = entitled(connector);
  const [blocked, left] = [people[0], people.at(-1)];
  if (blocked === undefined || left === undefined) throw new RangeError('nobody is left');
  const others = people.filter((one) => one !== blocked && one !== left);
  const licensed = new Map(others.map((one) => [one.id, connector.accountOf(one.id)?.licenseKeys ?? []]));
  await lie.tell(connector);
  await connector.settle();
  world.directory.changeUser(blocked.id, { accountEnabled: false });
  unassign(connector, left.id);
  const heard: string[] = [];
  const toldAt = connector.clock.now();
  for (const { mode, after } of cycles) {
    connector.later(after);
    const cycle = await connector.cycle(mode);
    heard.push(...cycle.warnings, cycle.error ?? '');
    expect(cycle.state === 'failed').toBe(lie.failsCycles === true);
    expectKept(connector, licensed);
    // A list that is in doubt for a whole day is acted on, and then only with an approval.
    if (lie.isAskedAbout !== true && connector.clock.now() < toldAt + DAY_MS)
      expect(cycle).toMatchObject({ counts: { staged: 0 } });
  }
  if (lie.failsCycles !== true && lie.isAskedAbout !== true) expect(connector.statusOf(blocked.id)).toBe('SUSPENDED');
  expect(heard.join('\n')).toMatch(lie.says);

  Object.assign(stack.entra.behaviour, honestEntra());
  stack.entra.clearFaults();
  await lie.mend?.(connector);
  await connector.settle();
  // Two reads that agree, and one more where the first of them was the lie.
  for (let count = 0; count < 3; count += 1) {
    connector.later();
    expectInOrder(await connector.cycle());
    expectKept(connector, licensed);
  }
  expectConverged(connector);
  expect([blocked, left].map((one) => connector.statusOf(one.id))).toEqual(['SUSPENDED', 'SUSPENDED']);

  // The next story finds the company as it was. What the lie showed of the groups is read anew by full cycles alone.
  world.directory.changeUser(blocked.id, { accountEnabled: true });
  world.directory.assign(left.id, 'User');
  connector.later();
  await connector.cycle('full');
  expectConverged(connector);
}

function expectKept(connector: TestConnector, licensed: ReadonlyMap<EntraUser['id'], readonly string[]>): void {
  for (const [id, keys] of licensed) expect(connector.accountOf(id)?.licenseKeys).toEqual(keys);
}

function expectInOrder({ state, error }: CycleView): void {
  expect({ state, error }).toMatchObject({ error: null });
}
