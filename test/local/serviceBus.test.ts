/** The unmodified @azure/service-bus client is the test of the embedded broker. */
import { delay, ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { realClock, type StackClock } from '../../local/clock/StackClock';
import { VirtualClock } from '../../local/clock/VirtualClock';
import { Broker } from '../../local/azure/service-bus/Broker';
import { durationMs } from '../../local/azure/service-bus/QueueConfig';
import { plainQueue } from '../support/plainQueue';

let broker: Broker;
const clients: ServiceBusClient[] = [];
const connect = (): ServiceBusClient => {
  const client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 1, retryDelayInMs: 100, timeoutInMs: 4_000 },
  });
  clients.push(client);
  return client;
};

const start = (clock: StackClock): Promise<Broker> =>
  Broker.start({
    clock,
    queues: new Map([
      ['plain', plainQueue],
      ['lanes', { ...plainQueue, requiresSession: true }],
      ['dedupe', { ...plainQueue, requiresDuplicateDetection: true }],
    ]),
  });

beforeEach(async () => {
  broker = await start(realClock);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await broker.stop();
});

const receive = async (client: ServiceBusClient, queue: string, count = 1): Promise<ServiceBusReceivedMessage[]> => {
  const receiver = client.createReceiver(queue);
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 1_500 });
  for (const message of messages) await receiver.completeMessage(message);
  await receiver.close();
  return messages;
};

test('a message arrives with body, id and properties, once', async () => {
  const client = connect();
  await client
    .createSender('plain')
    .sendMessages({ body: { hello: 'wörld' }, messageId: 'm1', applicationProperties: { attempt: 3 } });
  const [message] = await receive(client, 'plain');
  expect(message?.body).toEqual({ hello: 'wörld' });
  expect(message?.messageId).toBe('m1');
  expect(message?.applicationProperties?.['attempt']).toBe(3);
  expect(broker.queue('plain').counts).toMatchObject({ active: 0, locked: 0 });
});

test('a batch arrives whole and in order', async () => {
  const client = connect();
  const sender = client.createSender('plain');
  await sender.sendMessages(Array.from({ length: 300 }, (_, index) => ({ body: index })));
  const receiver = client.createReceiver('plain');
  const bodies: unknown[] = [];
  while (bodies.length < 300) {
    const part = await receiver.receiveMessages(100, { maxWaitTimeInMs: 1_500 });
    for (const message of part) await receiver.completeMessage(message);
    bodies.push(...part.map((message) => message.body as unknown));
  }
  expect(bodies).toEqual(Array.from({ length: 300 }, (_, index) => index));
});

test('abandoning counts a delivery; after the last one the message is dead-lettered with the reason', async () => {
  const client = connect();
  await client.createSender('plain').sendMessages({ body: 'poison' });
  const receiver = client.createReceiver('plain');
  for (let delivery = 0; delivery < 3; delivery += 1) {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1_500 });
    expect(message?.deliveryCount).toBe(delivery);
    if (message) await receiver.abandonMessage(message);
  }
  const [dead] = await client
    .createReceiver('plain', { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' })
    .receiveMessages(1);
  expect(dead?.body).toBe('poison');
  expect(dead?.deadLetterReason).toBe('MaxDeliveryCountExceeded');
});

test('a session has one holder; the next free one goes to the next receiver', async () => {
  const client = connect();
  await client.createSender('lanes').sendMessages([
    { body: 1, sessionId: 'a' },
    { body: 2, sessionId: 'b' },
    { body: 3, sessionId: 'a' },
  ]);
  const first = await client.acceptNextSession('lanes');
  const second = await connect().acceptNextSession('lanes');
  expect([first.sessionId, second.sessionId]).toEqual(['a', 'b']);
  await expect(connect().acceptSession('lanes', 'a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
  const messages = await first.receiveMessages(5, { maxWaitTimeInMs: 500 });
  expect(messages.map((message) => message.body as unknown)).toEqual([1, 3]);
});

test('accepting the next session waits for one and times out without', async () => {
  const client = connect();
  const waiting = client.acceptNextSession('lanes');
  await delay(100);
  await client.createSender('lanes').sendMessages({ body: 1, sessionId: 'late' });
  expect((await waiting).sessionId).toBe('late');
  await expect(connect().acceptNextSession('lanes')).rejects.toMatchObject({ code: 'ServiceTimeout' });
});

test('a client that dies gives its session and messages back uncounted', async () => {
  const client = connect();
  await client.createSender('lanes').sendMessages({ body: 1, sessionId: 'a' });
  const receiver = await client.acceptNextSession('lanes');
  await receiver.receiveMessages(1, { maxWaitTimeInMs: 500 });
  broker.dropConnections();
  const other = await connect().acceptNextSession('lanes');
  const [message] = await other.receiveMessages(1, { maxWaitTimeInMs: 1_500 });
  expect(message?.deliveryCount).toBe(0);
});

test('a duplicate id is dropped though the send succeeds', async () => {
  const client = connect();
  const sender = client.createSender('dedupe');
  await sender.sendMessages({ body: 1, messageId: 'same' });
  await sender.sendMessages([
    { body: 2, messageId: 'same' },
    { body: 3, messageId: 'other' },
  ]);
  expect((await receive(client, 'dedupe', 5)).map((message) => message.body as unknown)).toEqual([1, 3]);
});

test('peeking shows messages without locking them', async () => {
  const client = connect();
  await client.createSender('plain').sendMessages([{ body: 1 }, { body: 2 }]);
  const peeked = await client.createReceiver('plain').peekMessages(5);
  expect(peeked.map((message) => message.body as unknown)).toEqual([1, 2]);
  expect(broker.queue('plain').counts).toMatchObject({ active: 2, locked: 0 });
});

test('a message without session id is refused by a session queue', async () => {
  await expect(connect().createSender('lanes').sendMessages({ body: 1 })).rejects.toThrow(/session/);
});

test('an unknown queue is named', async () => {
  await expect(connect().createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject({
    code: 'MessagingEntityNotFound',
  });
});

test('more than 2,048 deliveries pass through one receiver', async () => {
  const client = connect();
  const sender = client.createSender('plain');
  for (let batch = 0; batch < 25; batch += 1)
    await sender.sendMessages(Array.from({ length: 100 }, (_, index) => ({ body: batch * 100 + index })));
  const seen = new Set<unknown>();
  const receiver = client.createReceiver('plain');
  const all = new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: (message) => {
          seen.add(message.body);
          if (seen.size === 2_500) resolve();
          return Promise.resolve();
        },
        processError: ({ error }) => Promise.reject(error).catch(reject),
      },
      { maxConcurrentCalls: 16 },
    );
  });
  await all;
  expect(seen.size).toBe(2_500);
});

test('durations are read as Bicep writes them', () => {
  expect(durationMs('PT5M')).toBe(300_000);
  expect(durationMs('P14D')).toBe(14 * 86_400_000);
  expect(() => durationMs('5 minutes')).toThrow(RangeError);
});

describe('what the broker does not do, or the service does not allow, is refused and nothing is lost', () => {
  test('deferral', async () => {
    const client = connect();
    await client.createSender('plain').sendMessages({ body: 'here' });
    const receiver = client.createReceiver('plain');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('no message');
    await expect(receiver.deferMessage(message)).rejects.toThrow('does not defer messages');
    expect(broker.queue('plain').counts).toMatchObject({ locked: 1 });
    await receiver.completeMessage(message).catch(() => undefined);
  });

  test('dead-lettering a dead letter', async () => {
    const client = connect();
    await client.createSender('plain').sendMessages({ body: 'poison' });
    const receiver = client.createReceiver('plain');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('no message');
    await receiver.deadLetterMessage(message);
    const dead = client.createReceiver('plain', { subQueueType: 'deadLetter' });
    const [again] = await dead.receiveMessages(1);
    if (again === undefined) throw new Error('no dead letter');
    await expect(dead.deadLetterMessage(again)).rejects.toThrow('cannot be dead-lettered again');
    expect(broker.queue('plain').deadLetters?.counts.locked).toBe(1);
  });

  test('more than 256 KB', async () => {
    const sender = connect().createSender('plain');
    await expect(sender.sendMessages({ body: 'x'.repeat(300_000) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    await sender.sendMessages({ body: 'x'.repeat(200_000) });
    expect(broker.queue('plain').counts.active).toBe(1);
  });

  test('a queue that is not there', async () => {
    const wanted = { code: 'MessagingEntityNotFound' };
    await expect(connect().createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject(wanted);
    await expect(connect().createReceiver('nowhere').receiveMessages(1)).rejects.toMatchObject(wanted);
  });
});

describe('as time passes', () => {
  let clock: VirtualClock;
  beforeEach(async () => {
    await broker.stop();
    clock = new VirtualClock(Date.now());
    broker = await start(clock);
  });

  const held = async (receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> => {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1_500 });
    if (message === undefined) throw new Error('nothing received');
    return message;
  };

  test('an expired lock gives the message to another and refuses the first', async () => {
    const client = connect();
    await client.createSender('plain').sendMessages({ body: 'slow' });
    const first = client.createReceiver('plain', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await held(first);
    clock.advance(plainQueue.lockDuration);
    expect((await held(client.createReceiver('plain'))).deliveryCount).toBe(1);
    await expect(first.completeMessage(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  test('a renewed lock holds', async () => {
    const client = connect();
    await client.createSender('plain').sendMessages({ body: 'slow' });
    const receiver = client.createReceiver('plain', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await held(receiver);
    clock.advance(plainQueue.lockDuration - 1);
    await receiver.renewMessageLock(message);
    clock.advance(plainQueue.lockDuration - 1);
    await receiver.completeMessage(message);
    expect(broker.queue('plain').counts).toMatchObject({ active: 0, locked: 0 });
  });

  test('a scheduled message comes at its time and says so, and a cancelled one never', async () => {
    const client = connect();
    const sender = client.createSender('plain');
    const at = new Date(clock.now() + 3_600_000);
    await sender.sendMessages({ body: 'later', scheduledEnqueueTimeUtc: at });
    const [number] = await sender.scheduleMessages([{ body: 'cancelled' }], at);
    if (number) await sender.cancelScheduledMessages(number);
    clock.advance(3_599_999);
    expect(broker.queue('plain').counts).toMatchObject({ active: 0, scheduled: 1 });
    clock.advance(1);
    const messages = await receive(client, 'plain', 2);
    expect(messages).toMatchObject([{ body: 'later', state: 'scheduled', scheduledEnqueueTimeUtc: at }]);
    expect(broker.queue('plain').counts).toMatchObject({ active: 0, scheduled: 0 });
  });

  test('a message that outlives its time goes to the dead letters', async () => {
    const client = connect();
    await client.createSender('plain').sendMessages({ body: 'old', timeToLive: 60_000 });
    clock.advance(60_000);
    expect(await receive(client, 'plain')).toEqual([]);
    expect(broker.queue('plain').counts.deadLettered).toBe(1);
  });
});
