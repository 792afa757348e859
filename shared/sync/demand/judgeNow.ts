/** Gather → judge for one person, now: facts from Entra, then what GoTo shows, then the judgement. */
import type { Caller } from '../../goto/GotoClient';
import { matchingAddresses } from '../../model/Desired';
import { judge, type JudgeContext, type Judgement } from '../../rules/judge';
import { searchAccount, type Tried } from '../apply/look';
import type { PlanContext } from '../plan/PlanContext';
import { readRequest, type RequestRead } from '../plan/sources/readRequest';

/** What was read of the person, and what is to be done. */
export interface Judged extends Judgement {
  readonly read: RequestRead;
  /** Where the account was looked for; empty when there was nothing to look for. */
  readonly tried: readonly Tried[];
}

/** By whose rules a request is judged: those of an incremental cycle. */
const judgeContext = ({ engine, policy, entitlements, isListCertified }: PlanContext): JudgeContext => ({
  policy,
  entitlements,
  isFull: false,
  absenceConfirmationMs: engine.timing.graphLagMs,
  isListCertified,
  nowMs: engine.clock.now(),
});

/** @throws ConnectorError of Graph, GoTo or the tables */
export async function judgeNow(
  context: PlanContext,
  who: { readonly sourceId: string; readonly cycleId: string },
  caller: Caller,
): Promise<Judged> {
  const read = await readRequest(context, who.sourceId, who.cycleId);
  const unseen = read.facts(null);
  // The first judgement tells by which addresses to look, the second what is to be done about what was found.
  const first = judge(unseen, judgeContext(context));
  const { desired } = first.entry;
  const addresses = desired.kind === 'active' ? matchingAddresses(desired) : [];
  const { link } = unseen.managed;
  if (desired.kind === 'leave' || (link === null && addresses.length === 0)) return { ...first, read, tried: [] };
  const { observed, tried } = await searchAccount(context.engine, link, addresses, caller);
  return {
    ...judge(
      read.facts(() => observed),
      judgeContext(context),
    ),
    read,
    tried,
  };
}
