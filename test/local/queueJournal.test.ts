/** Queues that are kept: whatever a client was told holds after the broker died, and what it was not told may be there too. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../local/clock/VirtualClock';
import { KeptQueue, QueueJournal } from '../../local/azure/service-bus/QueueJournal';
import type { NewMessage } from '../../local/azure/service-bus/QueuedMessage';
import { QueueStore } from '../../local/azure/service-bus/QueueStore';
import { plainQueue } from '../support/plainQueue';

const lanes = { ...plainQueue, requiresSession: true, requiresDuplicateDetection: true, maxDeliveryCount: 3 };
const message = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
  messageId: id,
  sessionId: 'a',
  scheduledFor: undefined,
  sections: [{ code: 0x75, bytes: Buffer.from([1, 2, 255]) }],
  annotations: { 'x-opt-partition-key': 'k' },
  ...more,
});

let folder: string;
let file: string;
let clock: VirtualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(folder, 'queues');
  clock = new VirtualClock(Date.parse('2026-03-02T08:00:00Z'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A queue as a new process finds it. The earlier one is not closed: it was killed. */
const open = (): QueueStore => new QueueStore('lanes', lanes, clock, new QueueJournal(file, clock));
const take = (queue: QueueStore): string[] => {
  const session = queue.acceptSession('a', () => undefined);
  if (typeof session === 'string') throw new Error(session);
  const ids: string[] = [];
  for (let lock = queue.take(session, false); lock !== undefined; lock = queue.take(session, false))
    ids.push(lock.message.messageId);
  return ids;
};

test('messages, their order and their bytes are there again; what was completed is gone; what was locked is free', () => {
  const queue = open();
  for (const id of ['m1', 'm2', 'm3']) queue.send(message(id));
  const session = queue.acceptSession('a', () => undefined);
  if (typeof session === 'string') throw new Error(session);
  queue.complete(queue.take(session, false)?.token ?? '');
  queue.take(session, false);

  const again = open();
  expect(again.counts).toEqual({ active: 2, locked: 0, scheduled: 0, deadLettered: 0 });
  expect(again.peek(0, 9, 'a').map((one) => [one.messageId, one.deliveryCount])).toEqual([
    ['m2', 0],
    ['m3', 0],
  ]);
  expect(again.peek(0, 1, 'a')[0]).toMatchObject(message('m2'));
  expect(again.send(message('m4'))).toBeGreaterThan(again.peek(0, 9, 'a')[1]?.sequence ?? Infinity);
  expect(take(again)).toEqual(['m2', 'm3', 'm4']);
});

test('deliveries are counted on, to the dead letters and in them', () => {
  let queue = open();
  queue.send(message('poison'));
  for (let delivery = 0; delivery < 3; delivery += 1) {
    const session = queue.acceptSession('a', () => undefined);
    if (typeof session === 'string') throw new Error(session);
    queue.abandon(queue.take(session, false)?.token ?? '');
    queue = open();
  }
  expect(queue.counts).toMatchObject({ active: 0, deadLettered: 1 });
  expect(queue.deadLetters?.peek(0, 1, undefined)[0]?.deadLetter).toEqual({
    source: 'lanes',
    properties: expect.objectContaining({ DeadLetterReason: 'MaxDeliveryCountExceeded' }) as unknown,
  });
});

test('a schedule, a duplicate and the state of a session are remembered', () => {
  const queue = open();
  queue.send(message('later', { scheduledFor: clock.now() + 60_000 }));
  const cancelled = queue.send(message('never', { scheduledFor: clock.now() + 60_000 }));
  queue.cancelScheduled(cancelled);
  queue.setSessionState('a', Buffer.from('state'));

  const again = open();
  expect(again.counts).toMatchObject({ active: 0, scheduled: 1 });
  again.send(message('later'));
  expect(again.counts).toMatchObject({ active: 0, scheduled: 1 });
  expect(again.sessionState('a')?.toString()).toBe('state');
  clock.advance(60_000);
  expect(take(again)).toEqual(['later']);
  // One that fell due while nobody was there becomes active at once.
  clock.advance(600_000);
  again.send(message('missed', { scheduledFor: clock.now() + 60_000 }));
  const last = new VirtualClock(clock.now() + 120_000);
  const late = new QueueStore('lanes', lanes, last, new QueueJournal(file, last));
  last.advance(0);
  expect(take(late)).toEqual(['later', 'missed']);
});

test('a torn last line is as if it was never written; a file that is no journal is named', () => {
  open().send(message('m1'));
  appendFileSync(file, 'AAAA');
  expect(take(open())).toEqual(['m1']);
  writeFileSync(file, 'not a journal\n');
  expect(open).toThrow(`${file} cannot be read (line 1): delete it, and the queues begin empty.`);
});

test('the file keeps what is there, not what has been', () => {
  const queue = open();
  for (let index = 0; index < 500; index += 1) {
    queue.send(message(`m${index}`));
    const session = queue.acceptSession('a', () => undefined);
    if (typeof session === 'string') throw new Error(session);
    queue.complete(queue.take(session, false)?.token ?? '');
    queue.releaseSession(session);
  }
  const before = statSync(file).size;
  clock.advance(lanes.duplicateDetectionHistoryTimeWindow + 1);
  open();
  expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(5);
  expect(statSync(file).size).toBeLessThan(before / 100);
});

test('message ids of a year are forgotten in memory, too, when the file is written anew', () => {
  const queue = new KeptQueue();
  for (let day = 0; day < 365; day += 1) queue.apply({ seen: `m${day}`, until: day });
  expect(queue.entries(364 - 1)).toContainEqual({ seen: 'm364', until: 364 });
  expect([...queue.seen.keys()]).toEqual(['m364']);
});
