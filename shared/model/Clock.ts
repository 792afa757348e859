/** Time as the product sees it, so that tests can run days in milliseconds. All values in ms. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms`; never rejects. */
  sleep(ms: number): Promise<void>;
}

/** Time as it is. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** ISO 8601 of a moment in ms. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
