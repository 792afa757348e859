/** Gather → judge for one person, now: facts from Entra, then what GoTo shows, then the judgement. */
import type { Caller } from '../../goto/GotoClient';
import { matchingAddresses } from '../../model/Desired';
import { judge, type JudgeContext, type Judgement } from '../../rules/judge';
import { searchAccount, type Search, type Tried } from '../apply/look';
import { recalledTie, withTieBack } from '../job/recalledTie';
import type { PlanContext } from '../plan/PlanContext';
import { readRequest, type RequestRead } from '../plan/sources/readRequest';

/** What was read of the person, and what is to be done. */
export interface Judged extends Judgement {
  readonly read: RequestRead;
  /** Where the account was looked for; empty when there was nothing to look for. */
  readonly tried: readonly Tried[];
}

/** By whose rules a request is judged: those of an incremental cycle. */
const judgeContext = ({ engine, policy, entitlements }: PlanContext, read: RequestRead): JudgeContext => ({
  policy,
  entitlements,
  isFull: false,
  absenceConfirmationMs: engine.timing.graphLagMs,
  isListCertified: read.isListCertified,
  isListDoubted: !read.isListCertified,
  nowMs: engine.clock.now(),
});

/** @throws ConnectorError of Graph, GoTo or the tables */
export async function judgeNow(
  context: PlanContext,
  who: { readonly sourceId: string; readonly cycleId: string },
  caller: Caller,
): Promise<Judged> {
  const read = await readRequest(context, who.sourceId, who.cycleId);
  return asHandled(context, read, async (one) => {
    // The first judgement tells by which addresses to look, the second what is to be done about what was found.
    const first = judgedBySource(context, one);
    const addresses = addressesOf(first);
    if (addresses === undefined) return first;
    const { link } = one.facts(null).managed;
    return judgedAgain(context, first, await searchAccount(context.engine, link, addresses, caller));
  });
}

/** What is to be done by what Entra says, and by what the connector remembers of GoTo. @throws ConnectorError of Graph or the tables */
export async function judgeBySource(
  context: PlanContext,
  who: { readonly sourceId: string; readonly cycleId: string },
): Promise<Judged> {
  const read = await readRequest(context, who.sourceId, who.cycleId);
  return asHandled(context, read, (one) => Promise.resolve(judgedBySource(context, one)));
}

/** A tie that a restart has forgotten is given back before anything is written, or is not: judged as it is then. */
async function asHandled(
  { engine }: PlanContext,
  read: RequestRead,
  judged: (read: RequestRead) => Promise<Judged>,
): Promise<Judged> {
  const { managed } = read.facts(null);
  if (managed.untied === null) return judged(read);
  const tied = await judged({
    ...read,
    facts: (find) => ({ ...read.facts(find), managed: withTieBack(managed) }),
  });
  const isRecalled = (await recalledTie(engine, tied.entry, managed)) !== undefined;
  return isRecalled ? tied : judged(read);
}

const judgedBySource = (context: PlanContext, read: RequestRead): Judged => ({
  ...judge(read.facts(null), judgeContext(context, read)),
  read,
  tried: [],
});

/** By which addresses the account is to be looked for beside its key; undefined when it makes no difference. */
export function addressesOf({ entry: { desired }, read }: Judged): readonly string[] | undefined {
  const addresses = desired.kind === 'active' ? matchingAddresses(desired) : [];
  const isPointless = desired.kind === 'leave' || (read.facts(null).managed.link === null && addresses.length === 0);
  return isPointless ? undefined : addresses;
}

/** The same person, judged by what GoTo shows, too. */
export const judgedAgain = (context: PlanContext, { read }: Judged, { observed, tried }: Search): Judged => ({
  ...judge(
    read.facts(() => observed),
    judgeContext(context, read),
  ),
  read,
  tried,
});
