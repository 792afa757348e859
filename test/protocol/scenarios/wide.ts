/** Wide worlds, walked at random: two people, several events, several faults. */
import { asScenarios, batches, both, exchanged, justA, nobody, pauses, unique } from './Scenario';
import type { Limits } from '../actions';

const limits: Limits = { ticks: 3, processes: 3 };

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
    budget: {
      change: 2,
      cycle: 3,
      pause: 1,
      quarantine: 1,
      lift: 2,
      onDemand: 1,
      lock: 1,
      crash: 1,
      lost: 1,
      restart: 1,
    },
    limits: { ticks: 5, processes: 3 },
  },
  everything: {
    truth: justA,
    budget: {
      ...{ change: 3, cycle: 3, onDemand: 1, dry: 1, apply: 1, approve: 1, reject: 1, hold: 1, wish: 1, setting: 1 },
      ...{
        crash: 2,
        lock: 2,
        lost: 2,
        lag: 2,
        gotoLag: 2,
        dup: 1,
        transfer: 1,
        accept: 1,
        pause: 1,
        lift: 1,
        quarantine: 1,
      },
      ...{ restart: 1 },
    },
    settings: { batches: true, pauses: true },
    limits: { ticks: 6, processes: 4 },
    length: 400,
  },
});
