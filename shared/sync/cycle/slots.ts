/**
 * How many share the rate. A look is good for so long only (docs/protocol.md, S): a lane's slots must come often enough
 * that whoever has looked writes before that, or nobody ever would where few requests a second are allowed.
 */
import type { WithClock, WithSettings } from '../Engine';

/** Slots of its lane that a person needs within the life of a look: the look's, the write's, and some to spare. */
const SLOTS_A_PERSON = 2.5;
/** Tables are waited for beside each other, GoTo's slots in a row: more at once would only look earlier than they write. */
const MOST_AT_ONCE = 4;

/** People that a lane looks at and writes within the life of a look, when the rate is shared by so many lanes. */
const peopleInTime = ({ timing, ratePerSecond }: WithClock & WithSettings, lanes: number): number =>
  Math.floor((timing.lookLifeMs * ratePerSecond) / (1_000 * SLOTS_A_PERSON * lanes));

/** The lanes of a new cycle: as set, or fewer when the rate is too low for so many. */
export const lanesFor = (engine: WithClock & WithSettings): number =>
  Math.max(1, Math.min(engine.lanes, peopleInTime(engine, 1)));

/** People of a chunk handled at once. @param lanes of the cycle */
export const peopleAtOnce = (engine: WithClock & WithSettings, lanes: number): number =>
  Math.max(1, Math.min(MOST_AT_ONCE, peopleInTime(engine, lanes)));
