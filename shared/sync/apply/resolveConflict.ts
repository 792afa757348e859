/**
 * GoTo refuses an address because another account has it. Who exchanges addresses gets there in turns: the rest of the
 * change is written first, whoever leaves the address gets the time to, and in a ring one goes by a temporary address.
 */
import { z } from 'zod';
import { emailKey } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import { linkSchema } from '../../model/Link';
import { ambiguous } from './look';
import type { Draft } from './prepare';
import type { ApplyContext } from './ApplyContext';

export type Conflict =
  /** The holder is about to leave the address. */
  | { readonly kind: 'wait' }
  /** The holder waits for this person's address: this one steps aside. */
  | { readonly kind: 'stepAside' }
  | { readonly kind: 'taken' };

/** Tries before one of a ring steps aside: the others may simply need their turn. */
const PATIENCE = 2;

/**
 * @returns what to do about the wanted address. @throws ConnectorError DuplicateTargetEntries, or whatever GoTo
 * answers
 */
export async function resolveConflict(
  context: ApplyContext,
  person: { readonly sourceId: string; readonly address: string; readonly attempts: number },
): Promise<Conflict> {
  const { engine, caller } = context;
  const found = await engine.accounts.findByEmail(person.address, caller);
  if (found.length > 1) throw ambiguous();
  const [holder] = found;
  if (holder === undefined) return { kind: 'wait' };
  const claim = await engine.store.claims.get(holder.key);
  if (claim === undefined || claim.sourceId === person.sourceId) return { kind: 'taken' };
  const facts = await engine.store.people.facts(claim.sourceId);
  const leaves = facts?.wants === 'active' && emailKey(facts.wantedEmail) !== emailKey(holder.email);
  if (!leaves) return { kind: 'taken' };
  // By our books the holder may be elsewhere already: then only a look at GoTo finds that it was moved by hand.
  await engine.store.dirty.markForLook(claim.sourceId, engine.clock.now(), 'holds an address');
  return person.attempts >= PATIENCE && person.sourceId < claim.sourceId ? { kind: 'stepAside' } : { kind: 'wait' };
}

/** The write by which one of a ring goes by a temporary address, and changes nothing else. */
export function steppingAside(draft: Draft): Draft {
  const before = z.string().catch('').parse(draft.before['email']);
  const email = temporaryAddress(before, draft.link.key);
  // What GoTo has no value for stays without one.
  const values: Readonly<Record<string, unknown>> = { ...draft.link.applied, ...draft.before, email };
  const applied = Object.entries(values).filter(([, value]) => value !== null);
  return {
    ...draft,
    reason: 'AddressSwap',
    link: { ...draft.link, applied: linkSchema.shape.applied.parse(Object.fromEntries(applied)) },
    fields: ['email'],
    before: { email: before },
    modified: [{ displayName: 'email', oldValue: before, newValue: email }],
    changes: { email },
  };
}

/** An address that reaches the same mailbox in most systems, and is nobody else's. */
function temporaryAddress(address: string, key: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at).slice(0, 40)}+moving-${key.slice(-8)}${address.slice(at)}`;
}

/** Final for this cycle: somebody has to change one of the two addresses. */
export const addressTaken = (): ConnectorError =>
  new ConnectorError('Another GoTo account has the wanted address; everything else was written.', {
    code: 'Conflict',
    status: 409,
    sent: true,
    refused: true,
    repeatable: false,
    scope: 'object',
  });

/** Tried again: its holder comes first. */
export const addressBusy = (): ConnectorError =>
  new ConnectorError('Another person’s account still has the wanted address and is about to leave it.', {
    code: 'Conflict',
    status: 409,
    sent: true,
    refused: true,
    repeatable: true,
    scope: 'object',
  });
