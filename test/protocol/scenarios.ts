/** Small worlds: which events and faults may happen, and how often. Values: 0 is no access, 1 and 2 are two versions. */
import type { Limits } from './actions';
import type { Settings } from './settings';
import type { Beginning } from './world';

export interface Scenario extends Beginning {
  readonly limits: Limits;
  readonly settings?: Partial<Settings>;
  /** Steps of a walk; default 220. */
  readonly length?: number;
}

const limits: Limits = { ticks: 3, processes: 3 };
/** One person, two processes. */
const one: Limits = { ticks: 2, processes: 2, who: ['a'] };
const nobody = { a: 0, b: 0 };
const justA = { a: 1, b: 0 };
const both = { a: 1, b: 1 };
const unique: Partial<Settings> = { uniqueAddresses: true };
const batches: Partial<Settings> = { batches: true };
const pauses: Partial<Settings> = { pauses: true };
/** Two people exchange their addresses. */
const exchanged = { a: 'b@', b: 'a@' };

const asScenarios = <K extends string>(all: Readonly<Record<K, Scenario>>): Readonly<Record<K, Scenario>> => all;

/** Wide: walked at random. */
export const WIDE = asScenarios({
  changes: {
    truth: justA,
    budget: { change: 2, cycle: 2, crash: 1, lock: 1, lost: 1, lag: 1, gotoLag: 1, dup: 1 },
    limits,
  },
  locks: {
    truth: nobody,
    budget: { change: 2, cycle: 2, lock: 2, crash: 1, lost: 1, dup: 1 },
    limits: { ticks: 3, processes: 4, values: [1, 2] },
  },
  onDemand: {
    truth: justA,
    budget: { change: 2, cycle: 1, onDemand: 2, crash: 1, lock: 1, lost: 1, lag: 1, gotoLag: 1 },
    limits,
  },
  removals: {
    truth: both,
    budget: { change: 3, cycle: 3, approve: 1, reject: 1, crash: 1, lock: 1, lost: 1 },
    limits: { ticks: 4, processes: 3, values: [0, 1] },
  },
  approvals: {
    truth: both,
    budget: { change: 3, cycle: 2, onDemand: 1, approve: 2, crash: 1, lag: 1, dup: 1 },
    limits: { ticks: 4, processes: 3, values: [0, 1] },
  },
  superseding: {
    truth: both,
    fullWindow: true,
    budget: { change: 3, cycle: 3, approve: 1, reject: 1, crash: 1, lock: 1 },
    limits: { ticks: 3, processes: 3, values: [0, 1] },
  },
  plans: { truth: justA, budget: { change: 2, cycle: 1, dry: 1, apply: 2, crash: 1, lost: 1, lag: 1 }, limits },
  holds: { truth: justA, budget: { change: 2, cycle: 2, hold: 1, crash: 1, lag: 1 }, limits },
  settings: {
    truth: both,
    budget: { change: 1, cycle: 3, setting: 1, wish: 2, crash: 1, lock: 1, lag: 1 },
    limits: { ticks: 4, processes: 3, values: [1, 2] },
  },
  deadline: {
    truth: nobody,
    budget: { change: 2, cycle: 2, lock: 1, crash: 1, lost: 2, gotoLag: 1 },
    limits: { ticks: 6, processes: 3, values: [1, 2] },
  },
  outage: {
    truth: justA,
    budget: { change: 2, cycle: 2, outage: 1, lock: 1, lost: 2 },
    limits: { ticks: 5, processes: 3 },
  },
  batches: {
    truth: nobody,
    changed: both,
    marked: ['a', 'b'],
    settings: batches,
    budget: {
      change: 1,
      cycle: 2,
      onDemand: 1,
      lock: 1,
      crash: 1,
      lost: 1,
      gotoLag: 1,
      transfer: 1,
      accept: 1,
      hold: 1,
    },
    limits: { ticks: 4, processes: 3 },
  },
  swaps: {
    truth: both,
    moved: exchanged,
    marked: ['a', 'b'],
    settings: unique,
    budget: { change: 1, move: 1, cycle: 2, onDemand: 1, lock: 1, crash: 1, lost: 1, lag: 1, gotoLag: 1, grab: 1 },
    limits: { ticks: 5, processes: 3, addresses: ['a@', 'b@', 'c@'] },
    length: 300,
  },
  sharing: {
    truth: nobody,
    shared: true,
    changed: { a: 3, b: 2 },
    marked: ['a', 'b'],
    budget: { cycle: 2, onDemand: 2, lock: 1, crash: 1, lost: 1 },
    limits: { ticks: 4, processes: 3, values: [2, 3] },
  },
  pauses: {
    truth: justA,
    settings: { ...pauses, ...batches },
    budget: { change: 2, cycle: 3, pause: 1, quarantine: 1, lift: 2, onDemand: 1, lock: 1, crash: 1, lost: 1 },
    limits: { ticks: 5, processes: 3 },
  },
  everything: {
    truth: justA,
    budget: {
      ...{ change: 3, cycle: 3, onDemand: 1, dry: 1, apply: 1, approve: 1, reject: 1, hold: 1, wish: 1, setting: 1 },
      ...{ crash: 2, lock: 2, lost: 2, lag: 2, gotoLag: 2, dup: 1, transfer: 1, accept: 1, pause: 1, lift: 1 },
    },
    settings: { batches: true, pauses: true },
    limits: { ticks: 6, processes: 4 },
    length: 400,
  },
});

/** Narrow: one person, few events; searched. */
export const NARROW = asScenarios({
  crash: { truth: justA, budget: { change: 1, cycle: 1, crash: 1 }, limits: one },
  lostAnswer: {
    truth: nobody,
    budget: { change: 1, cycle: 1, lost: 1, gotoLag: 1 },
    limits: { ...one, values: [1] },
  },
  twoHolders: { truth: nobody, budget: { change: 1, cycle: 1, lock: 1 }, limits: { ...one, ticks: 3, values: [1] } },
  twoPlanners: { truth: justA, budget: { change: 2, cycle: 2, lock: 1 }, limits: { ...one, values: [1, 2] } },
  onDemandBeside: { truth: justA, budget: { change: 2, cycle: 1, onDemand: 1 }, limits: { ...one, values: [0, 2] } },
  onDemandStale: {
    truth: nobody,
    changed: { a: 1 },
    marked: ['a'],
    budget: { onDemand: 1, change: 1, cycle: 2 },
    limits: { ...one, values: [0] },
  },
  onDemandDies: {
    truth: justA,
    budget: { onDemand: 1, drift: 1, crash: 1, cycle: 1 },
    limits: { ...one, values: [] },
  },
  onDemandLost: { truth: justA, budget: { change: 2, onDemand: 1, lost: 1, cycle: 1 }, limits: one },
  recovered: {
    truth: justA,
    changed: { a: 2 },
    marked: ['a'],
    budget: { onDemand: 1, lost: 1, change: 1, cycle: 1 },
    limits: { ...one, processes: 1, values: [1] },
  },
  ownWrite: {
    truth: justA,
    changed: { a: 2 },
    marked: ['a'],
    budget: { onDemand: 1, cycle: 1, gotoLag: 1 },
    limits: { ...one, ticks: 0, values: [] },
  },
  heldOpen: {
    truth: nobody,
    changed: { a: 1 },
    marked: ['a'],
    budget: { onDemand: 1, hold: 1, cycle: 1, lost: 1 },
    limits: { ...one, ticks: 1, processes: 1, values: [] },
  },
  stalled: {
    truth: justA,
    changed: { a: 2 },
    marked: ['a'],
    budget: { onDemand: 1, cycle: 1 },
    limits: { ...one, values: [] },
  },
  pausedBefore: {
    truth: justA,
    changed: { a: 2 },
    marked: ['a'],
    settings: pauses,
    budget: { cycle: 1, pause: 1 },
    limits: { ...one, ticks: 1, processes: 1, values: [] },
  },
  openIntent: {
    truth: nobody,
    fullWindow: true,
    budget: { change: 2, onDemand: 1, lost: 1, cycle: 1 },
    limits: { ...one, values: [0, 1] },
  },
  window: {
    truth: both,
    changed: nobody,
    marked: ['a'],
    budget: { cycle: 1, onDemand: 1 },
    limits: { ticks: 0, processes: 2, values: [] },
  },
  twoProofs: {
    truth: justA,
    changed: { a: 0 },
    marked: ['a'],
    budget: { change: 1, cycle: 1, lock: 1 },
    limits: { ...one, ticks: 0, values: [1] },
  },
  overtaken: {
    truth: justA,
    changed: { a: 2 },
    marked: ['a'],
    budget: { change: 1, cycle: 1, onDemand: 1 },
    limits: { ...one, ticks: 1, values: [0] },
  },
  remarked: {
    truth: justA,
    marked: ['a'],
    budget: { change: 1, cycle: 1, lock: 1 },
    limits: { ...one, ticks: 0, values: [2] },
  },
  silent: {
    truth: nobody,
    changed: { b: 1 },
    marked: ['b'],
    budget: { cycle: 1, lost: 1, outage: 1 },
    limits: { ticks: 3, processes: 2, values: [] },
  },
  down: {
    truth: justA,
    down: 'b',
    changed: { b: 1 },
    marked: ['b'],
    budget: { cycle: 1 },
    limits: { ticks: 3, processes: 1, values: [] },
  },
  verdicts: {
    truth: both,
    fullWindow: true,
    budget: { change: 1, cycle: 1, approve: 1, reject: 1 },
    limits: { ...one, ticks: 1, values: [0] },
  },
  supersede: {
    truth: both,
    changed: { a: 0 },
    marked: ['a'],
    fullWindow: true,
    budget: { change: 1, cycle: 2, approve: 1 },
    limits: { ...one, ticks: 1, who: ['b'], values: [0] },
  },
  comeBack: {
    truth: both,
    fullWindow: true,
    budget: { change: 2, cycle: 1, approve: 1 },
    limits: { ...one, values: [0, 1] },
  },
  wishes: { truth: both, budget: { cycle: 1, wish: 2 }, limits: { ...one, ticks: 0, values: [] } },
  fullLags: {
    truth: justA,
    budget: { wish: 1, change: 1, cycle: 1, lag: 1 },
    limits: { ...one, ticks: 0, values: [2] },
  },
  claims: {
    truth: nobody,
    shared: true,
    changed: { a: 3, b: 3 },
    marked: ['a', 'b'],
    budget: { adopt: 3, crash: 1 },
    limits: { ticks: 2, processes: 2, values: [] },
  },
  claimsWritten: {
    truth: nobody,
    shared: true,
    changed: { a: 2, b: 2 },
    marked: ['a', 'b'],
    budget: { adopt: 3, lost: 1 },
    limits: { ticks: 1, processes: 2, values: [] },
  },
  release: {
    truth: nobody,
    budget: { change: 1, hold: 1, cycle: 2 },
    limits: { ...one, values: [1] },
  },
  releaseDies: {
    truth: nobody,
    changed: { a: 1 },
    marked: ['a'],
    budget: { hold: 1, cycle: 1, crash: 1 },
    limits: { ...one, ticks: 0, values: [] },
  },
  waits: {
    truth: nobody,
    changed: { a: 1 },
    marked: ['a'],
    budget: { hold: 1, cycle: 1, change: 1, lock: 1 },
    limits: { ...one, ticks: 0, values: [2] },
  },
  batchRaces: {
    truth: nobody,
    changed: both,
    marked: ['a', 'b'],
    settings: batches,
    budget: { cycle: 1, hold: 1 },
    limits: { ticks: 0, processes: 2, who: ['b'], values: [] },
  },
  batchFaults: {
    truth: nobody,
    changed: both,
    marked: ['a', 'b'],
    settings: batches,
    budget: { cycle: 1, lost: 1, crash: 1 },
    limits: { ticks: 1, processes: 1, values: [] },
  },
  transfers: {
    truth: nobody,
    changed: both,
    marked: ['a', 'b'],
    settings: batches,
    budget: { cycle: 1, transfer: 1, accept: 1, crash: 1, change: 1 },
    limits: { ticks: 1, processes: 1, values: [0] },
  },
  swap: {
    truth: both,
    moved: exchanged,
    marked: ['a', 'b'],
    settings: unique,
    budget: { cycle: 1, crash: 1, lost: 1 },
    limits: { ticks: 2, processes: 1, values: [] },
  },
  swapHeld: {
    truth: both,
    moved: exchanged,
    marked: ['a', 'b'],
    settings: unique,
    budget: { cycle: 1, hold: 1 },
    limits: { ticks: 0, processes: 2, who: ['b'], values: [], addresses: [] },
  },
  swapUndone: {
    truth: both,
    moved: exchanged,
    marked: ['a', 'b'],
    settings: unique,
    budget: { cycle: 1, change: 1, move: 1 },
    limits: { ticks: 1, processes: 1, who: ['b'], values: [0], addresses: ['b@', 'c@'] },
  },
  taken: {
    truth: both,
    changed: { a: 2 },
    moved: { a: 'b@' },
    marked: ['a'],
    settings: unique,
    budget: { cycle: 1, crash: 1, change: 1 },
    limits: { ticks: 1, processes: 1, who: ['b'], values: [0] },
  },
  chain: {
    truth: both,
    moved: { a: 'b@', b: 'c@' },
    marked: ['a'],
    settings: unique,
    budget: { cycle: 1, change: 1, crash: 1 },
    limits: { ticks: 1, processes: 1, values: [2] },
  },
  grabbed: {
    truth: both,
    moved: { a: 'c@' },
    marked: ['a'],
    settings: unique,
    budget: { cycle: 1, grab: 1 },
    limits: { ticks: 1, processes: 1, values: [], addresses: ['c@'] },
  },
  pausedLane: {
    truth: justA,
    settings: pauses,
    budget: { change: 1, cycle: 1, pause: 1, lift: 1 },
    limits: { ...one, values: [2] },
  },
  quarantinedRemoval: {
    truth: justA,
    settings: pauses,
    budget: { change: 1, cycle: 1, quarantine: 1, crash: 1 },
    limits: { ...one, values: [0] },
  },
});

export type ScenarioName = keyof typeof WIDE | keyof typeof NARROW;
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { ...WIDE, ...NARROW };
