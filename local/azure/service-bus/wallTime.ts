import type { StackClock } from '../../clock/StackClock';

/** Clients compare a lock's end with the wall clock, and drop what has run out: a moment of a virtual clock is translated. */
export const wallTime = (clock: StackClock, moment: number): number => Date.now() + (moment - clock.now());
