/** What one outside call may do. The first outcome is the good one; the others cost a fault. */
import type { Call } from './calls';
import { commitPost, commitPut, tooLate, views } from './goto';
import type { Prefix, Row } from './rows';
import { on, settings } from './settings';
import { read, rowsOf, transact } from './tables';
import { may, type Fault, type Process, type World } from './world';

export interface Outcome {
  readonly label: string;
  readonly effect: (w: World) => unknown;
  readonly cost: Fault | null;
}

const good = (effect: (w: World) => unknown, label = ''): Outcome => ({ label, effect, cost: null });
const bad = (cost: Fault, label: string, effect: (w: World) => unknown): Outcome => ({ label, effect, cost });

export function outcomes(w: World, process: Process, call: Call): Outcome[] {
  switch (call.kind) {
    case 'get':
      return [good((x) => read(x, call.key))];
    case 'list':
      return [good((x) => rowsOf(x, call.prefix as Prefix<Row>))];
    case 'tx':
      if (call.before !== undefined && w.now >= call.before) return [good(() => false, 'too late')];
      return [good((x) => transact(x, call.writes))];
    case 'setting':
      return [good((x) => x.setting)];
    case 'newId':
      return [good((x) => `c${++x.cycles}`)];
    case 'approval':
      return [
        good((x) => {
          const people = [...new Set([...(x.approved.get(call.cycle) ?? []), ...call.people])].sort();
          x.approved = new Map(x.approved).set(call.cycle, people);
          return true;
        }),
      ];
    case 'send':
      return [good((x) => enqueue(x, call.messages))];
    case 'complete':
      return completions(w, process);
    case 'person':
      return personReads(w, call.person);
    case 'delta':
      return deltas(w, call.token);
    case 'look': {
      const { now, lagging } = views(w, call);
      const all = [good(() => now, now === 'down' ? 'down' : '')];
      if (lagging !== undefined && may(w, 'gotoLag')) all.push(bad('gotoLag', 'lagging', () => lagging));
      return all;
    }
    case 'post':
    case 'put':
      return requests(w, call);
  }
}

function enqueue(x: World, messages: Extract<Call, { kind: 'send' }>['messages']): boolean {
  for (const message of messages) {
    if (settings().dedupe) {
      if (x.sent.has(message.id)) continue;
      x.sent = new Set(x.sent).add(message.id);
    }
    x.queue = [...x.queue, { ...message, holder: undefined }];
  }
  return true;
}

function completions(w: World, { n, message }: Process): Outcome[] {
  const all = [
    good((x) => {
      x.queue = x.queue.filter((m) => !(m.id === message && m.holder === n));
      return true;
    }),
  ];
  if (may(w, 'dup'))
    all.push(
      bad('dup', 'dup', (x) => {
        x.queue = x.queue.map((m) => (m.id === message ? { ...m, holder: undefined } : m));
        return true;
      }),
    );
  return all;
}

/** Graph, one person. */
function personReads(w: World, person: Extract<Call, { kind: 'person' }>['person']): Outcome[] {
  const { value, address, old, at } = w.truth[person];
  const all = [good(() => ({ value, address }))];
  if (at === w.now && (old.value !== value || old.address !== address) && may(w, 'lag'))
    all.push(bad('lag', 'lagging', () => old));
  return all;
}

/** Graph, changes since a token; a lagging replica stops before this tick's changes. */
function deltas(w: World, token: number): Outcome[] {
  const upTo = (end: number): { people: string[]; token: number } => ({
    people: [...new Set(w.changes.slice(token, end).map((c) => c.person))],
    token: Math.max(token, end),
  });
  const all = [good(() => upTo(w.changes.length))];
  const old = w.changes.filter((c) => c.at < w.now).length;
  if (old < w.changes.length && may(w, 'lag')) all.push(bad('lag', 'lagging', () => upTo(old)));
  if (token > 0 && may(w, 'lag'))
    all.push(
      bad('lag', 'replays', () => ({
        people: [...new Set(w.changes.map((c) => c.person))],
        token: w.changes.length,
      })),
    );
  return all;
}

/** Clock check and request are one step: protocol.md, section 8. */
function requests(w: World, call: Extract<Call, { kind: 'post' | 'put' }>): Outcome[] {
  if (on('sendBy') && tooLate(w, call.deadAt)) return [good(() => 'late', 'too late')];
  const commit = (x: World): unknown =>
    call.kind === 'put' ? commitPut(x, call) : commitPost(x, call.creations, 'none');
  const all = [good(commit)];
  if (may(w, 'lost')) {
    all.push(
      bad('lost', 'answer lost', (x) => {
        commit(x);
        return 'lost';
      }),
      bad('lost', 'request lost', () => 'lost'),
    );
  }
  if (call.kind === 'post' && may(w, 'transfer')) {
    all.push(bad('transfer', 'without a key', (x) => commitPost(x, call.creations, 'noKey')));
    all.push(bad('transfer', 'does not appear', (x) => commitPost(x, call.creations, 'unseen')));
  }
  return all;
}
