/** Judge: one person's plan row from the mark, the person's row and the facts. */
import { get, readPerson, type Entity, type Steps } from '../calls';
import { fits, keys, type Mark, type Person, type PersonRow, type PlanRow, type Target } from '../rows';
import { on } from '../settings';
import { targetOf } from '../world';
import type { Place } from './place';
import { retied } from './ties';

/** Whether the row is a removal, and therefore guarded. on('recoverFirst'): never over an open intent (R9). */
export const isRemoval = (row: PersonRow, want: Target): boolean =>
  want.value === 0 && (row.pending === null ? row.link !== null && row.applied.value !== 0 : !on('recoverFirst'));

const isNothing = (row: PersonRow, want: Target): boolean =>
  row.pending === null &&
  !(row.unseen && on('unseenKept')) &&
  (row.link === null ? want.value === 0 : fits(row.applied, want));

const same = (x: PlanRow, y: PlanRow): boolean =>
  x.want.value === y.want.value && x.want.address === y.want.address && x.removal === y.removal;

/**
 * @param source the row of the stored plan that this cycle applies
 * @returns null: the planner has lost its place
 */
export function* judge(
  person: Person,
  place: Place,
  mark: Entity<Mark> | undefined,
  source: PlanRow | undefined,
): Steps<PlanRow | null> {
  const { value: found, at } = yield* get(keys.person(person));
  const facts = yield* readPerson(person);
  const want = targetOf(facts.value, place.head.setting);
  if (found === null) throw new Error(`the model: ${person} has no row`);
  const row = yield* retied(person, found, want, place);
  if (row === null) return null;
  const removal = isRemoval(row, want);
  const entry: PlanRow = {
    person,
    want,
    // The earliest read the judgement rests on, and the person's row is one of them.
    factsAt: Math.min(at, facts.at),
    removal,
    approved: false,
    state: 'open',
    result: null,
    wrote: 0,
    markEtag: mark?.etag ?? null,
    markSince: mark?.row.since ?? -1,
    look: mark?.row.look ?? false,
    notBefore: 0,
    stage: removal ? 1 : 2,
  };
  if (source !== undefined && !same(source, entry)) return { ...entry, state: 'ended', result: 'refused' };
  // on('holdRecovers'): an open intent is recovered under a hold too; only then the hold is seen
  const isOpen = row.pending !== null && on('holdRecovers');
  if (!isOpen && row.hold === 'revert') return { ...entry, state: 'ended', result: 'onHold' };
  if (!isOpen && row.hold === 'rejected' && want.value === 0) return { ...entry, state: 'ended', result: 'onHold' };
  // on('holderLook'): the holder of an address is looked at, whatever was last written there
  const mustLook = entry.look && on('holderLook');
  return isNothing(row, want) && !mustLook ? { ...entry, state: 'ended', result: 'skip' } : entry;
}
