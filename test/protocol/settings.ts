/**
 * What one search runs with: the broker, the number of lanes, GoTo's manners, and which rule is switched off.
 * One mutable object, because a process must be able to ask `on('rule')` anywhere; a search sets it once, before it starts.
 */
export const RULES = [
  'marksFirst',
  'markUntilEnded',
  'markEtag',
  'young',
  'cursorEtag',
  'chunkEtag',
  'personEtag',
  'touch',
  'recoverFirst',
  'holdRecovers',
  'nameRemoval',
  'deadWait',
  'sendBy',
  'ownWrite',
  'facts',
  'recoverDecide',
  'windowCas',
  'seenAt',
  'factsLife',
  'odMark',
  'intentInTime',
  'proof',
  'approveCas',
  'heldKeeps',
  'stagedKeeps',
  'wishEtag',
  'deadline',
  'sendNo',
  'pollNo',
  'breakFirst',
  'renewClaim',
  'settleHolder',
  'recoverClaim',
  'claimFirst',
  'batchDrop',
  'batchLost',
  'batchSingly',
  'transferKept',
  'unseenKept',
  'freshLook',
  'restFirst',
  'holderMark',
  'holderLook',
  'viaTemporary',
  'goHome',
  'pauseSeen',
  'pauseHolds',
  'pauseFree',
  'waitEtag',
  'waitTime',
  'oldLink',
  'firstReadAgain',
  'stopEtag',
  'lostAgain',
  'forgetEtag',
  'probeTries',
  'linksEtag',
  'tiePlace',
  'tieReread',
  'recallTie',
  'recallLast',
  'movedTie',
] as const;

/** Rules on which nothing depends: the protocol holds without them. */
export const COURTESY_RULES = [
  'turnEtag',
  'dryPure',
  'claimAfterIntent',
  'pausedStart',
  'attemptEtag',
  'recallClaim',
  'breakForgets',
  'untiedKept',
] as const;

export type Rule = (typeof RULES)[number] | (typeof COURTESY_RULES)[number];

export interface Settings {
  /** The planted violation of this search. */
  readonly off: Rule | null;
  readonly lanes: number;
  /** Duplicate detection of the broker: everlasting, or absent. */
  readonly dedupe: boolean;
  /** GoTo refuses an address that another account holds. False is the worse world: a second POST makes a second account. */
  readonly uniqueAddresses: boolean;
  /** Lanes create several accounts with one request. */
  readonly batches: boolean;
  /** The job can be paused or quarantined; lanes look (left out elsewhere: it is one more call at each person). */
  readonly pauses: boolean;
}

const DEFAULTS: Settings = {
  off: null,
  lanes: 1,
  dedupe: true,
  uniqueAddresses: false,
  batches: false,
  pauses: false,
};

let current: Settings = DEFAULTS;

export const settings = (): Settings => current;

export function configure(change: Partial<Settings>): void {
  current = { ...DEFAULTS, ...change };
}

/** Whether a rule holds. False is a planted violation: the checker must find the harm. */
export const on = (rule: Rule): boolean => current.off !== rule;
