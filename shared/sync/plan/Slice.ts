import type { CyclePlace } from '../cycle/CyclePlace';
import type { PlanContext } from './PlanContext';

/** One bounded slice of a step. @returns whether the step goes on, or has come to its end */
export type Slice = (context: PlanContext, place: CyclePlace) => Promise<'stay' | 'next'>;
