/**
 * Facts of a number of people, for the judge: their rows, who they are in Entra, which roles they hold. A mark was read
 * before the facts that answer it (docs/protocol.md R3), and `factsAt` is the earliest read they rest on (R4).
 */
import type { AccountIndex } from '../../../goto/AccountIndex';
import { DEFAULT_ACCESS_ROLE_ID } from '../../../model/Assignment';
import type { Person } from '../../../model/Person';
import { lastTie, UNKNOWN_PERSON } from '../../../model/ManagedPerson';
import type { StoredMark } from '../../../store/DirtyTable';
import type { Someone, SourceRead, StoredPerson } from '../../../store/PeopleTable';
import { AS_EVERYBODY, groupsAmong, type Grant } from '../../../rules/grantsInWords';
import type { PersonFacts } from '../../../rules/judge';
import type { PlanContext } from '../PlanContext';
import type { SourceSnapshot } from '../SourceSnapshot';
import { keepLooked } from '../sources/keepLooked';
import { protectedAmong } from '../sources/protectedAmong';

/** A person for the judge, and the rows the facts came from. */
export interface Gathered {
  readonly someone: Someone;
  readonly mark: StoredMark | null;
  /** @throws whatever is wrong with this one person (I16) */
  readonly facts: () => PersonFacts;
}

/** The same facts with the person's row as it has become. */
export const withPerson = (one: Gathered, managed: StoredPerson): Gathered => ({
  ...one,
  someone: { ...one.someone, managed },
  facts: () => ({ ...one.facts(), managed: managed.person, personEtag: managed.etag }),
});

/** What the facts of one slice have in common. */
export interface GatherInput {
  readonly cycleId: string;
  /** The source's lists were read from this moment (ms) on. */
  readonly sourceAt: number;
  readonly accounts: AccountIndex | undefined;
  /** A plan names the people: whoever this cycle has not read is read, though nothing that is stored asks for it. */
  readonly isOfPlan?: boolean;
}

/** @param marks by source id, read before. @throws ConnectorError of Graph or the tables */
export async function gather(
  context: PlanContext,
  input: GatherInput,
  people: readonly Someone[],
  marks: ReadonlyMap<string, StoredMark>,
): Promise<Gathered[]> {
  const { engine } = context;
  const snapshot = await context.snapshot();
  const groupFor = await context.userGroups();
  const toLookUp = people.filter((one) => needsLookUp(context, one, snapshot, input)).map((one) => one.sourceId);
  const looked = await keepLooked(engine, toLookUp, input.cycleId);
  const protectedIds = await protectedAmong(context, people, looked);
  if (context.isDry) await context.nameGroups(people.flatMap(({ sourceId }) => groupsIn(snapshot.grantsOf(sourceId))));
  const doubted = await engine.store.dirty.doubtedGroups(engine.clock.now());
  if (context.isListDoubted) await markKept(context, people, snapshot, groupFor);
  return people.map((someone) => {
    const mark = marks.get(someone.sourceId) ?? null;
    return {
      someone,
      mark,
      facts: () => ({
        ...withGroup(
          factsOf(context, someone, looked.get(someone.sourceId), snapshot, input, mark),
          context.isListDoubted,
          groupFor,
        ),
        groupName: context.groupName,
        isGroupDoubted: doubted.size > 0 && waysOf(someone, snapshot).some((id) => doubted.has(id)),
        isProtected: protectedIds.has(someone.sourceId),
      }),
    };
  });
}

/** Whom a list in doubt leads to another user group stays, and is looked at again until it is out of doubt. */
async function markKept(
  { engine, policy }: PlanContext,
  people: readonly Someone[],
  snapshot: SourceSnapshot,
  groupFor: (grants: readonly Grant[]) => PersonFacts['group'],
): Promise<void> {
  const kept = people.flatMap(({ sourceId, managed }) => {
    const present = managed === 'unreadable' ? null : lastTie(managed.person)?.applied.groupKey;
    const isEverybody = policy.scope === 'all' && !snapshot.isAssigned(sourceId);
    const wanted = groupFor(isEverybody ? AS_EVERYBODY : snapshot.grantsOf(sourceId));
    return present == null || wanted === undefined || wanted.key === present ? [] : [sourceId];
  });
  const now = engine.clock.now();
  await engine.store.dirty.markLater(kept, now, 'group in doubt', now + engine.timing.graphLagMs);
}

const withGroup = <T extends Pick<PersonFacts, 'grants' | 'managed'>>(
  facts: T,
  isListDoubted: boolean,
  groupFor: (grants: readonly Grant[]) => PersonFacts['group'],
): T & Pick<PersonFacts, 'group'> => ({
  ...facts,
  group: isListDoubted && lastTie(facts.managed)?.applied.groupKey != null ? undefined : groupFor(facts.grants),
});

/** Groups through which the person is assigned, or was when that was last settled. */
const waysOf = ({ sourceId, facts }: Pick<Someone, 'sourceId' | 'facts'>, snapshot: SourceSnapshot): string[] =>
  groupsAmong([...snapshot.viaOf(sourceId), ...facts.via]);

/** The groups that ways lead through. */
const groupsIn = (grants: readonly Grant[]): string[] => groupsAmong(grants.flatMap(({ via, path }) => [via, ...path]));

/** Whom the source names: who is assigned, or everybody it knows. */
export const isInScope = ({ policy }: PlanContext, { sourceId, facts }: Someone, snapshot: SourceSnapshot): boolean =>
  snapshot.isAssigned(sourceId) || (policy.scope === 'all' && facts.attributes !== null && facts.deleted === 'no');

/** Who was not read in this cycle, and whose attributes can matter: assigned, or with something to lose or to recover. */
function needsLookUp(
  context: PlanContext,
  someone: Someone,
  snapshot: SourceSnapshot,
  { cycleId, isOfPlan = false }: GatherInput,
): boolean {
  const { managed, facts } = someone;
  if (facts.readIn === cycleId && facts.attributes !== null) return false;
  if (isOfPlan || isInScope(context, someone, snapshot)) return true;
  if (managed === 'unreadable') return false;
  return lastTie(managed.person)?.state === 'active' || managed.person.pending !== null;
}

/** Entra does not name whom it has in the recycle bin, and the log is searched by name. */
function nameOfAccount(managed: Someone['managed']): string {
  const applied = managed === 'unreadable' ? undefined : lastTie(managed.person)?.applied;
  return applied === undefined ? '' : `${applied.firstName} ${applied.lastName}`.trim();
}

/** The person as Entra showed them last. */
export function lastKnown({ sourceId, facts }: Pick<Someone, 'sourceId' | 'facts'>): Person | undefined {
  const attributes = facts.attributes ?? facts.lastAttributes;
  return attributes === null ? undefined : { id: sourceId, attributes };
}

function factsOf(
  { policy }: PlanContext,
  { sourceId, managed, facts }: Someone,
  looked: SourceRead | undefined,
  snapshot: SourceSnapshot,
  input: GatherInput,
  mark: StoredMark | null,
): Omit<PersonFacts, 'groupName' | 'group' | 'isProtected' | 'isGroupDoubted'> {
  const read = looked ?? facts;
  const person: Person | undefined =
    read.attributes === null || read.deleted !== 'no' ? undefined : { id: sourceId, attributes: read.attributes };
  const isFresh = looked !== undefined || facts.readIn === input.cycleId;
  const isEverybody = policy.scope === 'all' && person !== undefined && !snapshot.isAssigned(sourceId);
  const { accounts } = input;
  return {
    sourceId,
    person,
    lastKnown: lastKnown({ sourceId, facts }),
    deleted: read.deleted === 'no' ? undefined : read.deleted,
    displayName: read.displayName || facts.displayName || nameOfAccount(managed),
    roleIds: isEverybody ? [DEFAULT_ACCESS_ROLE_ID] : snapshot.roleIdsOf(sourceId),
    grants: isEverybody ? AS_EVERYBODY : snapshot.grantsOf(sourceId),
    proofGroupIds: waysOf({ sourceId, facts }, snapshot),
    managed: managed === 'unreadable' ? UNKNOWN_PERSON : managed.person,
    inUseAt: facts.inUseAt,
    personEtag: managed === 'unreadable' ? null : managed.etag,
    find: accounts === undefined ? null : (key, addresses) => accounts.find(key, addresses),
    mark,
    factsAt: isFresh ? Math.min(input.sourceAt, read.readAt) : input.sourceAt,
  };
}
