/**
 * "Why has this person an account, or none?" in one sentence that somebody can read out on the phone, and what to do.
 * Pure: everything it says stands in the facts.
 */
import { adviceOf } from '../../model/ErrorCode';
import { DEFAULT_ACCESS_ROLE_ID } from '../../model/Assignment';
import { REASONS, toDoFor, type Reason } from '../../model/Reason';
import type { UserAnswer } from '../answers/UserAnswer';
import type { UserFacts } from './userFacts';

type Answer = Pick<UserAnswer, 'answer' | 'reason' | 'whatToDo'>;

/** Why it is so, and what to do about it. */
interface Cause {
  /** A code of shared/model/Reason.ts or ErrorCode.ts. */
  readonly reason: string;
  /** Continues the sentence that says how the person stands. */
  readonly because: string;
  readonly toDo: string | null;
}

export function answerInWords(facts: UserFacts): Answer {
  const { reason, because, toDo } = causeOf(facts);
  const todo = toDo === null ? '' : ` – what to do: ${lowerFirst(withoutDot(toDo))}`;
  const answer = `${standing(facts)}: ${lowerFirst(withoutDot(because))}${todo}.`;
  return { answer, reason, whatToDo: toDo };
}

/** How the person stands in GoTo. */
function standing({ account, link, displayName, id }: UserFacts): string {
  const name = displayName === '' ? `The person with the id ${id}` : displayName;
  if (account.state === 'none') return `${name} has no GoTo account`;
  if (account.state === 'several') return `${name} has more than one GoTo account`;
  if (account.state === 'unknown') {
    if (link === null) return `${name} has no GoTo account that the connector knows of`;
    return link.state === 'active'
      ? `${name} has a GoTo account, as far as the connector knows`
      : `${name}’s GoTo account is disabled, as far as the connector knows`;
  }
  if (account.status === 'SUSPENDED') return `${name}’s GoTo account is disabled`;
  if (link === null) return `${name} has a GoTo account that the connector does not manage`;
  if (link.state === 'disabled') return `${name} has a GoTo account, but the connector took its licences`;
  if (account.licenses.length === 0) return `${name} has a GoTo account without any licence`;
  const licenses = account.licenses.map(({ key, description }) => description || key).join(' and ');
  return account.status === 'INVITED'
    ? `${name} has a GoTo account with ${licenses}, but never signed in to it`
    : `${name} has a GoTo account with ${licenses}`;
}

function causeOf(facts: UserFacts): Cause {
  const { hold, next, source, staged, waiting, account } = facts;
  if (facts.isBeingChanged)
    return { reason: 'BeingChanged', because: 'it is being changed right now', toDo: 'Ask again in a minute.' };
  // A rejected removal stands only while the person is not wanted.
  if (hold !== null && (hold.kind !== 'rejected' || next === null || next.reason === 'RemovalRejected'))
    return heldBack(hold);
  if (staged !== null)
    return {
      reason: 'AwaitingApproval',
      because: `the account is to ${facts.next?.action === 'delete' ? 'be deleted' : 'lose its access'}, which waits for an admin’s approval`,
      toDo: `Look at the plan of cycle ${staged.cycleId}, and approve or reject it.`,
    };
  if (source.error !== null)
    return {
      reason: source.error.code,
      because: `what Entra says now could not be read (${withoutDot(source.error.message)})`,
      toDo: adviceOf(source.error.code),
    };
  const isOpen = next !== null && next.action !== 'none';
  if (facts.isJobPaused && isOpen)
    return {
      reason: 'JobPaused',
      because: `the job is paused, else ${comingOf(next)}`,
      toDo: 'Start the job: POST …/start, or “Start” on the page.',
    };
  if (facts.isJobQuarantined && isOpen)
    return {
      reason: 'JobQuarantined',
      because: `the job is in quarantine, as GoTo fails, else ${comingOf(next)}`,
      toDo: adviceOf('JobQuarantined'),
    };
  if (facts.isFirstPlanWaiting && isOpen)
    return {
      reason: 'AwaitingApproval',
      because: `the connector’s first plan waits to be applied, else ${comingOf(next)}`,
      toDo: 'An administrator looks at the newest plan, and applies it.',
    };
  // An account that was disabled, and holds something all the same, is looked at again though nothing is to be written.
  const isTriedAgain = isOpen || next === null || facts.link?.state === 'disabled';
  if (waiting !== null && waiting.errorCode !== null && isTriedAgain && (waiting.attempts > 0 || isOpen))
    return failing(facts, waiting);
  // Who is to have none, and has none that is managed, has none whatever GoTo says.
  if (account.error !== null && (isOpen || next === null || facts.link !== null))
    return {
      reason: account.error.code,
      because: `GoTo could not be asked (${withoutDot(account.error.message)})`,
      toDo: account.error.code === 'NotConnected' ? null : adviceOf(account.error.code),
    };
  if (next === null) return { reason: 'Unknown', because: REASONS.Unknown, toDo: null };
  return isOpen ? aboutToHappen(facts, next) : settled(facts, next);
}

function heldBack(hold: NonNullable<UserFacts['hold']>): Cause {
  const isRejected = hold.kind === 'rejected';
  const reason = isRejected ? 'RemovalRejected' : 'HeldByRevert';
  const because =
    hold.kind === 'revert' && hold.cycleId !== null
      ? `an admin took back what was done before (cycle ${hold.cycleId}), and nothing is changed until the person is released`
      : REASONS[reason];
  return { reason, because, toDo: toDoFor(reason) };
}

function failing({ next }: UserFacts, waiting: NonNullable<UserFacts['waiting']>): Cause {
  const { attempts, message, errorCode, recommendedAction, nextAttemptDateTime } = waiting;
  if (errorCode === 'LicenseLimitExceeded') return waitingForSeat(waiting);
  const tries = attempts > 1 ? `the last ${attempts} tries failed` : 'the last try failed';
  const again = nextAttemptDateTime === null ? '' : `, and it is tried again at ${clock(nextAttemptDateTime)}`;
  return {
    reason: errorCode ?? next?.reason ?? 'Unknown',
    because: `${tries} (${withoutDot(message ?? errorCode ?? '')})${again}`,
    toDo: recommendedAction,
  };
}

/** Nothing is wrong with the person, and nobody has to ask again: the seats go round by themselves. */
function waitingForSeat({
  attempts,
  recommendedAction,
  nextAttemptDateTime,
}: NonNullable<UserFacts['waiting']>): Cause {
  const tried = attempts > 1 ? ` (tried ${attempts} times)` : '';
  const next = nextAttemptDateTime === null ? '' : `; the next look is at ${clock(nextAttemptDateTime)}`;
  return {
    reason: 'LicenseLimitExceeded',
    because: `the person waits for a seat, as GoTo has no licence left${tried}: a free one is given by itself, in the order of assignment${next}`,
    toDo: recommendedAction,
  };
}

const comingOf = ({ action, reason }: NonNullable<UserFacts['next']>): string =>
  reason === 'AccountGone'
    ? 'the connector forgets the account that is gone'
    : reason === 'DuplicateTargetEntries'
      ? 'it is looked for again'
      : (COMING[action] ?? 'it is looked at');

const COMING: Readonly<Record<string, string>> = {
  create: 'it is created',
  link: 'the connector takes it over',
  update: 'its values are corrected',
  disable: 'its licences are taken',
  reenable: 'it is enabled again',
};

function aboutToHappen(facts: UserFacts, next: NonNullable<UserFacts['next']>): Cause {
  const { reason, dateTime, action, detail } = next;
  if (reason === 'RedundantExport') return settled(facts, next);
  if (reason === 'DuplicateTargetEntries')
    return {
      reason,
      because: `${withoutDot(REASONS.DuplicateTargetEntries)}, so the connector takes none of them`,
      toDo: toDoFor(reason),
    };
  if (reason === 'AccountGone' && detail !== null)
    return {
      reason,
      because: `the account that the connector managed is gone, and none is made: ${lowerFirst(detail)}`,
      toDo: null,
    };
  const cycle = next.mode === 'full' ? 'full cycle' : 'cycle';
  const when = dateTime === null ? `by the next ${cycle}` : `by the ${cycle} at ${clock(dateTime)}`;
  // No cycle deletes by itself.
  if (action === 'delete')
    return {
      reason,
      because: `${REASONS[asReason(reason)]} An admin is asked about it by the next full cycle`,
      toDo: null,
    };
  const because = `${comingOf(next)} ${when}, because ${lowerFirst(reasonInWords(facts, next))}`;
  const toDo =
    action === 'disable' ? toDoFor(asReason(reason)) : 'Wait for the cycle, or provision the person on demand now.';
  return { reason, because, toDo };
}

function settled(facts: UserFacts, next: NonNullable<UserFacts['next']>): Cause {
  const { account, link } = facts;
  if (next.reason !== 'RedundantExport')
    return { reason: next.reason, because: reasonInWords(facts, next), toDo: toDoFor(asReason(next.reason)) };
  const isInvited = account.status === 'INVITED' && link?.state === 'active';
  return {
    reason: next.reason,
    because: 'everything is as Entra wants it',
    toDo: isInvited ? 'Ask the person to look for GoTo’s invitation in their mail.' : null,
  };
}

/** The reason with what is known of this person. */
function reasonInWords(facts: UserFacts, next: NonNullable<UserFacts['next']>): string {
  const { assignments, scope, mapped } = facts;
  const roles = [...new Set(assignments.flatMap((one) => one.roles.map(({ id, displayName }) => displayName ?? id)))];
  const quoted = roles.map((role) => `"${role}"`).join(' and ');
  switch (next.reason) {
    case 'NotEffectivelyEntitled': {
      if (assignments.length === 0)
        return 'The person is not assigned to the enterprise application, neither directly nor through a group.';
      const isDefault = assignments.every((one) => one.roles.every(({ id }) => id === DEFAULT_ACCESS_ROLE_ID));
      return isDefault
        ? `The person is assigned ${through(assignments)}, but only with Default Access, which gives nothing.`
        : REASONS.NotEffectivelyEntitled;
    }
    case 'RoleWithoutEntitlement':
      return `The person has ${roles.length === 1 ? 'the app role' : 'the app roles'} ${quoted}, for which ROLE_ENTITLEMENTS has no rule.`;
    case 'OutOfScope': {
      const [missed] = scope?.clauses.filter(({ holds }) => !holds) ?? [];
      if (missed === undefined) return REASONS.OutOfScope;
      const wanted = [missed.operator, ...missed.operands.map((one) => `"${one}"`)].join(' ');
      const is = missed.value === null ? 'empty' : `"${String(missed.value)}"`;
      return `The scoping filter "${missed.filter}" leaves the person out: ${missed.attribute} must be ${wanted}, and is ${is}.`;
    }
    case 'MandatoryFieldsMissing': {
      const missing = ['firstName', 'lastName'].filter((name) => (mapped?.attributes[name] ?? '') === '');
      return missing.length === 0
        ? REASONS.MandatoryFieldsMissing
        : `GoTo needs a first and a last name, and the mapping gives no ${missing.join(' and no ')}.`;
    }
    default:
      // Through what somebody is assigned stands in the facts.
      return next.detail === null
        ? REASONS[asReason(next.reason)]
        : `${withoutDot(REASONS[asReason(next.reason)])}: ${next.detail}`;
  }
}

const through = (assignments: UserFacts['assignments']): string =>
  assignments
    .map(({ via, groupName, groupId }) =>
      via === 'direct'
        ? 'directly'
        : via === 'directory'
          ? 'as everybody in the directory'
          : `through group "${groupName ?? groupId ?? ''}"`,
    )
    .join(' and ');

const asReason = (reason: string): Reason => (Object.hasOwn(REASONS, reason) ? (reason as Reason) : 'Unknown');

/** Read on the phone: to the minute, in UTC. */
const clock = (iso: string): string => `${iso.slice(11, 16)} UTC on ${iso.slice(0, 10)}`;

const withoutDot = (text: string): string => text.trim().replace(/\.$/, '');
/** Names and abbreviations stay as they are. */
const lowerFirst = (text: string): string =>
  /^(?!GoTo|Entra)[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
