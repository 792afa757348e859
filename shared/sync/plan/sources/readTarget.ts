/** GoTo's side of a full cycle: who we are, what licences there are, and every account. */
import type { License } from '../../../model/Account';
import { isCompleteList, incompleteList, type AccountsPage } from '../../../goto/GotoAccounts';
import type { Caller } from '../../../goto/GotoClient';
import { ConnectorError } from '../../../model/ConnectorError';
import { licensesOfRules, type Policy } from '../../../rules/Policy';
import type { CyclePlace } from '../../cycle/CyclePlace';
import { readersPacer } from '../../cycle/readersPacer';
import type { PlanContext } from '../PlanContext';
import type { Slice } from '../Slice';

/** Whole reads of GoTo's list that do not add up before the cycle fails. */
const LIST_TRIES = 5;

/**
 * GoTo's licences and list of accounts, the list a slice at a time.
 * @throws ConnectorError ConfigurationInvalid for rules whose licences cannot be given, IncompleteRead for a list that stays incomplete
 */
export const readTarget: Slice = async (context, place) => {
  const { engine, policy } = context;
  const { cursor, id } = place.cycle;
  const caller = { pacer: await readersPacer(engine, id) };
  if (cursor.link === null && cursor.index === 0) {
    await engine.accounts.check(caller);
    const problem = licenseProblem(policy, await engine.accounts.licenses(caller));
    // A plan does no harm: it says what would keep it from being applied.
    if (problem !== undefined && place.cycle.dryRun) place.warn(problem.message);
    else if (problem !== undefined) throw problem;
  }
  const { next, pages } = await readPages(context, caller, place);
  if (next !== null) {
    place.move({ cursor: { ...place.cycle.cursor, link: String(next), pages } });
    return 'stay';
  }
  if (isCompleteList(await engine.store.listed.census(id, pages))) return 'next';
  // People came or went while it was read.
  if (cursor.index + 1 >= LIST_TRIES) throw incompleteList(false);
  place.move({ cursor: { ...place.cycle.cursor, index: cursor.index + 1, link: null, pages: 0 } });
  return 'stay';
};

/** @returns the offset to go on from, null behind the last page, and how many pages there are so far */
async function readPages(
  context: PlanContext,
  caller: Caller,
  { cycle: { id, cursor } }: CyclePlace,
): Promise<{ readonly next: number | null; readonly pages: number }> {
  const { accounts, store, timing } = context.engine;
  let next: number | null = Number(cursor.link ?? 0);
  let { pages } = cursor;
  do {
    const page: AccountsPage = await accounts.listPage(next, caller);
    await store.listed.putPage(id, pages, page);
    pages += 1;
    next = page.next;
  } while (next !== null && pages - cursor.pages < timing.pagesPerSlice && !context.isTimeUp());
  return { next, pages };
}

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
