/** All small worlds by name. */
import { NARROW } from './narrow';
import type { Scenario } from './Scenario';
import { WIDE } from './wide';

export { NARROW, WIDE };

export type ScenarioName = keyof typeof WIDE | keyof typeof NARROW;
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { ...WIDE, ...NARROW };
