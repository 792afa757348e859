import type { ApplyContext } from './ApplyContext';
import type { Target } from './Target';

/** One person in hand: for whom, in what, and what the rounds so far have learnt about GoTo. */
export interface Task extends Target {
  readonly context: ApplyContext;
  /** In ms. */
  readonly startedAt: number;
  readonly learnt: Learnt;
}

/** A person taken in hand now. */
export const taskOf = (context: ApplyContext, target: Target): Task => ({
  ...target,
  context,
  startedAt: context.engine.clock.now(),
  learnt: { isAddressRefused: false, isAddressBusy: false, isGroupRefused: false, isListStale: false },
});

/** What a round learns serves the next. */
export interface Learnt {
  /** The wanted address is another account's for now: everything else is written. */
  isAddressRefused: boolean;
  /** Its holder is about to leave it. */
  isAddressBusy: boolean;
  /** GoTo does not take the person into the wanted group: everything else is written. */
  isGroupRefused: boolean;
  /** GoTo has changed since the list of this cycle. */
  isListStale: boolean;
}
