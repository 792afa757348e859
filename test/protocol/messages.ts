/** The messages and their ids: a number in every id, so that duplicate detection drops repeats and nothing else. */
import { PEOPLE, type Chunk, type Message, type Person } from './rows';
import { on, settings } from './settings';

export const planMessage = (cycle: string, repeat: number | string): Message => ({
  id: `${cycle}:plan:${repeat}`,
  session: 'job',
  due: 0,
  job: { kind: 'plan', cycle },
});
/** @param again sets it apart from one with the same number that is being handled */
export const closeMessage = (cycle: string, number: number, due: number, again = ''): Message => ({
  id: `${cycle}:close:${number}${again}`,
  session: 'job',
  due,
  job: { kind: 'close', cycle, number },
});
/** on('sendNo'): a repeat has a number of its own. */
export const laneMessage = (cycle: string, { stage, lane, sends, dueAt }: Chunk): Message => ({
  id: `${cycle}:${stage}:${lane}:${on('sendNo') ? sends : 0}`,
  session: `lane-${lane}`,
  due: dueAt,
  job: { kind: 'lane', cycle, stage, lane, number: sends },
});
export const rejectMessage = (cycle: string, repeat: number | string): Message => ({
  id: `${cycle}:reject:${repeat}`,
  session: 'job',
  due: 0,
  job: { kind: 'rejectRest', cycle },
});

export const laneOf = (p: Person): number => PEOPLE.indexOf(p) % settings().lanes;
