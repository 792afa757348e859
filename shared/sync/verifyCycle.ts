/** Compares GoTo with what the lanes wrote. Few writes are read one by one, many by the list, whichever is cheaper. */
import type { Caller } from '../goto/GotoClient';
import type { Account } from '../model/Account';
import { isoTime } from '../model/Clock';
import { ConnectorError } from '../model/ConnectorError';
import type { Cycle } from '../model/Cycle';
import { differences } from '../model/decide';
import type { Identity } from '../store/IdentitiesTable';
import type { Escrow } from '../store/StateTable';
import { AccountIndex } from './AccountIndex';
import type { Engine } from './Engine';

/** Up to so many accounts are read by key; a list costs one call a thousand accounts. */
const POINT_READS = 10;

/**
 * @param isLast differences of the last look go into escrow, so that the next cycle tries them again
 * @returns how many accounts differ
 */
export async function verifyCycle(engine: Engine, cycle: Cycle, caller: Caller, isLast: boolean): Promise<number> {
  const written: Identity[] = [];
  for await (const identity of engine.identities.writtenIn(cycle.id))
    if (identity.link !== undefined) written.push(identity);
  const find = await reader(engine, written, caller);
  const managedLicenseKeys = new Set(Object.values(engine.policy.roleEntitlements).flatMap((rule) => rule.licenseKeys));
  const escrows = new Map<string, Escrow>();
  let different = 0;
  for (const identity of written) {
    const account = await find(identity);
    if (account !== undefined && isAsWritten(identity, account, managedLicenseKeys)) continue;
    different += 1;
    const now = isoTime(engine.clock.now());
    escrows.set(identity.sourceId, { since: now, attempts: 1, nextAttemptAt: now, code: 'WriteNotVisible' });
  }
  if (isLast) await engine.state.putEscrows(escrows);
  return different;
}

async function reader(
  engine: Engine,
  written: readonly Identity[],
  caller: Caller,
): Promise<(identity: Identity) => Promise<Account | undefined>> {
  if (written.length > POINT_READS) {
    const index = new AccountIndex(await engine.accounts.list(caller));
    return (identity) => Promise.resolve(index.byKey(identity.link?.key ?? ''));
  }
  return async (identity) => {
    try {
      return await engine.accounts.get(identity.link?.key ?? '', caller);
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'NotFound') return undefined;
      throw error;
    }
  };
}

/** A disabled account must hold no managed licence and be suspended, unless other products keep it (C3). */
function isAsWritten(identity: Identity, account: Account, managedLicenseKeys: ReadonlySet<string>): boolean {
  const { link } = identity;
  if (link === undefined) return true;
  if (link.state === 'disabled') {
    if (account.licenseKeys.some((key) => managedLicenseKeys.has(key))) return false;
    return account.licenseKeys.length > 0 || account.status === 'SUSPENDED';
  }
  const wanted = {
    kind: 'active',
    attributes: link.applied,
    licenseKeys: link.applied.licenseKeys.filter((key) => managedLicenseKeys.has(key)),
  } as const;
  return Object.keys(differences(wanted, account, { managedLicenseKeys })).length === 0;
}
