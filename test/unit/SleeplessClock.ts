import { VirtualClock } from '../../local/clock/VirtualClock';

/** A clock for one process at a time: waiting moves time on at once. */
export class SleeplessClock extends VirtualClock {
  /** What was waited for, in ms. */
  readonly sleeps: number[] = [];

  override async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    // Others get a turn, as they would.
    await new Promise((resolve) => setImmediate(resolve));
    this.advance(ms);
  }
}
