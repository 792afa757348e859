import type { PersonRow, Result, Target } from '../rows';
import type { Later } from './reading';

/** One write, and what follows when its result is stored: the end, another pass, or a wait. */
export interface ToWrite {
  readonly kind: 'post' | 'put' | 'adopt';
  readonly key: string | null;
  readonly value: number | null;
  readonly address: string | null;
  readonly deadAt: number;
  readonly then: Result | 'again' | 'wait';
  /** The account as seen. */
  readonly before: Target;
  readonly home: string | null;
}
export interface ToEnd {
  readonly end: Result;
  readonly change?: Partial<PersonRow>;
}
export type Verdict = ToWrite | ToEnd | Later;
