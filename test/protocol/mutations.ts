/** Planted violations: one rule switched off each, the worlds to try, and how. The harm must be found within a count of steps. */
import type { COURTESY_RULES, RULES, Rule } from './settings';
import type { ScenarioName } from './scenarios';

export interface Mutation {
  readonly rule: Rule;
  readonly how: 'walk' | 'search';
  readonly where: ScenarioName;
  readonly text: string;
}

type Planted = Readonly<Record<(typeof RULES)[number], readonly [Mutation['how'], ScenarioName, string]>>;

/** Every rule has one: the type says so. */
const PLANTED: Planted = {
  marksFirst: ['search', 'crash', 'the watermark moves before the marks are stored'],
  markUntilEnded: ['search', 'crash', 'the mark is deleted when its row is recorded, not when it has ended'],
  markEtag: ['search', 'remarked', 'the mark is deleted without its etag'],
  young: ['walk', 'changes', 'a read within the replicas’ lag answers a mark'],
  cursorEtag: ['walk', 'locks', 'plan rows are recorded without the head’s etag'],
  chunkEtag: ['walk', 'locks', 'rows are ended without the chunk’s etag'],
  personEtag: ['walk', 'locks', 'intent and result are stored without the person’s etag'],
  touch: ['search', 'twoProofs', 'a row is ended without changing the person’s row'],
  recoverFirst: ['walk', 'openIntent', 'a removal is planned, guarded and staged over an open intent'],
  holdRecovers: ['search', 'heldOpen', 'an open intent waits for the end of a hold'],
  nameRemoval: ['walk', 'openIntent', 'a lane removes though its row names no removal'],
  deadWait: ['walk', 'locks', 'an intent is judged before it is dead'],
  sendBy: ['walk', 'stalled', 'a request leaves after its intent is dead'],
  ownWrite: ['search', 'ownWrite', '"absent" or old right after our own write is believed'],
  facts: ['walk', 'onDemand', 'the log entry is not written together with the result'],
  recoverDecide: ['walk', 'recovered', 'a recovered write ends the row'],
  windowCas: ['search', 'window', 'the rolling window is read, then written without its etag'],
  seenAt: ['search', 'overtaken', 'a plan row older than what was applied since is applied'],
  factsLife: ['walk', 'onDemandStale', 'on demand writes facts older than an intent’s life'],
  odMark: ['search', 'onDemandDies', 'on demand stores an intent without a mark'],
  intentInTime: ['walk', 'onDemandDies', 'an intent is stored after its own death'],
  proof: ['search', 'comeBack', 'a removal without a look at the person'],
  approveCas: ['search', 'verdicts', 'approve, reject and supersede do not compare the cycle’s etag'],
  heldKeeps: ['walk', 'holds', 'a held row deletes its mark'],
  stagedKeeps: ['search', 'supersede', 'staging a removal deletes the mark'],
  wishEtag: ['search', 'wishes', 'a full cycle deletes a wish that came while it ran'],
  deadline: ['search', 'down', 'a cycle has no deadline'],
  sendNo: ['search', 'lostAnswer', 'a repeat has the id of the first message'],
  pollNo: ['search', 'verdicts', 'approve sends the closer under an id already used'],
  breakFirst: ['search', 'claims', 'a claim is taken over without changing its holder’s row first'],
  renewClaim: ['search', 'claims', 'an own claim of an earlier intent is believed without renewing it'],
  settleHolder: ['search', 'claimsWritten', 'a take-over drops a dead intent whose write happened'],
  recoverClaim: ['search', 'claimsWritten', 'a recovered intent links the account without the claim'],
  claimFirst: ['search', 'claims', 'an account is linked without a claim'],
  batchDrop: ['search', 'batchRaces', 'who has lost its etag is created with the others'],
  batchLost: ['search', 'batchFaults', 'a lost answer of a batch is read as a refusal'],
  batchSingly: ['search', 'batchRaces', 'the batch’s answer is believed for a person whose row has moved'],
  transferKept: ['search', 'transfers', 'an answer without a key drops the intent'],
  unseenKept: ['search', 'transfers', 'a created account that does not appear is created again'],
  freshLook: ['search', 'appears', 'an account that has just appeared is believed absent by the next look'],
  restFirst: ['search', 'taken', 'an address in conflict keeps the other fields back'],
  holderMark: ['search', 'grabbed', 'the holder of an address is not marked'],
  holderLook: ['search', 'grabbed', 'the holder is judged by what was last written to its account'],
  viaTemporary: ['search', 'swap', 'two who exchange their addresses wait for each other'],
  goHome: ['search', 'swapHeld', 'a person stays at a temporary address when the exchange is off'],
  pauseSeen: ['search', 'pausedLane', 'a lane does not look at the job’s state'],
  pauseHolds: ['search', 'pausedBefore', 'a paused lane skips its rows'],
  pauseFree: ['search', 'pausedLane', 'a row held by a pause costs an attempt'],
  waitEtag: ['search', 'waits', 'a mark is made to wait without its etag'],
  waitTime: ['search', 'releaseDies', 'a mark waits for an event, not until a time'],
  firstReadAgain: ['search', 'restarts', 'a first read is believed, however far its replicas lag'],
  stopEtag: ['search', 'restartRaces', 'a restart stops the cycle without the head’s etag'],
  lostAgain: [
    'search',
    'restartRaces',
    'a closer that lost its head to a restart repeats its message under the same id',
  ],
  forgetEtag: ['search', 'lifted', 'marks are made due without their etags'],
  probeTries: ['search', 'attempts', 'the lanes of an attempt hold their rows, as the job is in quarantine'],
  linksEtag: ['search', 'forgetTwice', 'a cycle deletes a wish to forget that came while it ran'],
  tiePlace: [
    'search',
    'forgetRaces',
    'a stalled planner forgets a tie that was made since it read the list of its work',
  ],
  tieReread: ['walk', 'forgetRaces', 'a tie lost to another planner is believed to stand'],
  recallTie: ['search', 'forgetDies', 'who leaves before the tie is made anew keeps the access'],
  recallLast: [
    'search',
    'forgetDemands',
    'on demand finds no account for whom a restart has untied and who has got another address, and makes a second one',
  ],
  movedTie: [
    'search',
    'forgetMoves',
    'an account that is about to get another address is forgotten, and found no more',
  ],
  oldLink: ['search', 'fullLags', 'a full cycle starts from the latest delta link'],
};

export const MUTATIONS: readonly Mutation[] = Object.entries(PLANTED).map(([rule, [how, where, text]]) => ({
  rule: rule as Rule,
  how,
  where,
  text,
}));

/** Nothing depends on these: the protocol holds without them. */
export const COURTESIES: Readonly<
  Record<(typeof COURTESY_RULES)[number], { readonly text: string; readonly where: readonly ScenarioName[] }>
> = {
  turnEtag: {
    text: 'the turn is deleted without its etag: two cycles may run at once',
    where: ['changes', 'settings', 'removals', 'everything'],
  },
  dryPure: { text: 'a dry run stores marks and moves the watermark', where: ['plans', 'everything'] },
  claimAfterIntent: { text: 'the claim is taken before the intent', where: ['sharing', 'claims'] },
  attemptEtag: {
    text: 'the attempt to leave the quarantine is claimed without an etag: two are made',
    where: ['attempts', 'pauses'],
  },
  recallClaim: {
    text: 'a forgotten tie is given back without a look at the account’s claim',
    where: ['forgotten', 'sharedForgotten'],
  },
  untiedKept: {
    text: 'an account that a restart has untied goes to whoever with the same address is faster',
    where: ['forgotten', 'sharedForgotten'],
  },
  breakForgets: {
    text: 'a tie that was forgotten stands on after its account was taken over',
    where: ['forgotten', 'sharedForgotten'],
  },
  pausedStart: { text: 'a paused job begins cycles: its lanes hold every row', where: ['pauses', 'pausedLane'] },
};
