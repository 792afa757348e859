/** A small world: how it begins, and which events and faults may happen, how often. Values: 0 is no access, 1 and 2 are versions. */
import type { Limits } from '../actions';
import type { Settings } from '../settings';
import type { Beginning } from '../world';

export interface Scenario extends Beginning {
  readonly limits: Limits;
  readonly settings?: Partial<Settings>;
  /** Steps of a walk; default 220. */
  readonly length?: number;
}

/** Keeps the names, checks the rest. */
export const asScenarios = <K extends string>(all: Readonly<Record<K, Scenario>>): Readonly<Record<K, Scenario>> => all;

export const nobody = { a: 0, b: 0 };
export const justA = { a: 1, b: 0 };
export const both = { a: 1, b: 1 };
/** Two people exchange their addresses. */
export const exchanged = { a: 'b@', b: 'a@' };
export const unique: Partial<Settings> = { uniqueAddresses: true };
export const batches: Partial<Settings> = { batches: true };
export const pauses: Partial<Settings> = { pauses: true };
