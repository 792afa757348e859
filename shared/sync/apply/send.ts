/**
 * The request of one write, or of creations together. GoTo may refuse many for the sake of one, or because they are too
 * many, and does not say whom it means: halves are asked, then singles, under the same intents and while these live. A
 * lost answer is never asked again (goto-api.md 2.6; 6, items 1 and 17).
 */
import type { Caller } from '../../goto/GotoClient';
import { emailKey, type Account } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import type { Intent } from '../../model/Intent';
import { sameKeys } from '../../rules/differences';
import type { ApplyContext } from './ApplyContext';
import type { Draft } from './prepare';
import { noSeat } from './seats';

/** A write whose intent is stored. */
export interface ToSend {
  readonly intent: Intent;
  readonly draft: Draft;
  /** Licences that it gives anew. */
  readonly asked: readonly string[];
}

export type Sent =
  | { readonly kind: 'done'; readonly key: string }
  /** GoTo took the creation and names no account. */
  | { readonly kind: 'noKey' }
  | { readonly kind: 'unclear'; readonly cause: unknown }
  /** It certainly did not happen. */
  | { readonly kind: 'refused'; readonly cause: unknown };

/** @param caller whose slot is paid. @returns of each write what GoTo said */
export async function send<W extends ToSend>(
  context: ApplyContext,
  writes: readonly W[],
  caller: Caller,
): Promise<ReadonlyMap<W, Sent>> {
  const [only] = writes;
  const changes = only?.draft.changes ?? null;
  if (only === undefined || changes === null) return create(context, writes, caller, false);
  const { key } = only.intent.link;
  try {
    const { accounts } = context.engine;
    await (only.intent.kind === 'delete' ? accounts.delete(key, caller) : accounts.update(key, changes, caller));
    return new Map([[only, { kind: 'done', key }]]);
  } catch (error) {
    return new Map([[only, failed(error)]]);
  }
}

/** @param isRepeat a larger request was refused, which may have done its part for some */
async function create<W extends ToSend>(
  context: ApplyContext,
  writes: readonly W[],
  caller: Caller,
  isRepeat: boolean,
): Promise<ReadonlyMap<W, Sent>> {
  const { accounts, telemetry } = context.engine;
  const all = (sent: Sent): Map<W, Sent> => new Map(writes.map((write) => [write, sent]));
  const people = writes.map(({ intent }) => intent.link.applied);
  const licenseKeys = people[0]?.licenseKeys ?? [];
  // Of many the first ones may have taken the last seats.
  if (isRepeat && (await context.isShort(licenseKeys))) return all({ kind: 'refused', cause: noSeat() });
  try {
    const keys = await accounts.create(people, licenseKeys, caller);
    const sent = new Map<W, Sent>();
    for (const [index, write] of writes.entries()) {
      const key = keys[index];
      if (typeof key === 'string') sent.set(write, { kind: 'done', key });
      else sent.set(write, isRepeat ? await madeBefore(context, write, { kind: 'noKey' }) : { kind: 'noKey' });
    }
    return sent;
  } catch (error) {
    const sent = failed(error);
    if (sent.kind === 'unclear' || !isOfOne(error)) return all(sent);
    const [only, ...others] = writes;
    if (only !== undefined && others.length === 0) {
      if (error.code === 'LicenseLimitExceeded') await context.noteShortage(only.asked);
      return all(isRepeat && error.code === 'Conflict' ? await madeBefore(context, only, sent) : sent);
    }
    telemetry.info('creations.halved', { cycleId: context.cycleId, people: writes.length, code: error.code });
    const middle = Math.ceil(writes.length / 2);
    const first = await create(context, writes.slice(0, middle), caller, true);
    return new Map([...first, ...(await create(context, writes.slice(middle), caller, true))]);
  }
}

function failed(error: unknown): Sent {
  const isCertain = error instanceof ConnectorError && (!error.sent || error.refused);
  return { kind: isCertain ? 'refused' : 'unclear', cause: error };
}

/** A refusal that may concern one of many only. */
const isOfOne = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.refused && error.scope === 'object';

/**
 * An address that exists now, and did not before a larger request was refused: an account that is exactly what that one
 * would have made was made by it. @param otherwise what GoTo said of the address
 */
async function madeBefore(context: ApplyContext, { intent }: ToSend, otherwise: Sent): Promise<Sent> {
  const { applied } = intent.link;
  try {
    const [account, ...more] = await context.engine.accounts.findByEmail(applied.email, context.caller);
    // It may have been made and not show yet.
    if (account === undefined) return { kind: 'noKey' };
    return more.length === 0 && isAsApplied(account, applied) ? { kind: 'done', key: account.key } : otherwise;
  } catch (cause) {
    return { kind: 'unclear', cause };
  }
}

const isAsApplied = (account: Account, applied: Intent['link']['applied']): boolean =>
  !account.isAdmin &&
  emailKey(account.email) === emailKey(applied.email) &&
  account.firstName === applied.firstName &&
  account.lastName === applied.lastName &&
  sameKeys(account.licenseKeys, applied.licenseKeys);
