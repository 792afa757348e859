/** Table Storage: rows with etags, transactions within one partition. What can be told at a write is told here. */
import type { Entity, Write } from './calls';
import { entryWithoutWrite, revived, twoLinks, watermarkAhead } from './invariants';
import {
  keys,
  PEOPLE,
  partitionOf,
  type Fact,
  type Head,
  type Key,
  type Mark,
  type PersonRow,
  type PlanRow,
  type Prefix,
  type Row,
  type Watermark,
} from './rows';
import { need, tell, type World } from './world';

/** The types of rows follow from their keys: `keys` is the only place that makes one. */
export function read<R extends Row>(w: World, key: Key<R>): Entity<R> | null {
  const slot = w.tables.get(key);
  return slot?.row ? { key, etag: slot.etag, row: slot.row as R } : null;
}

export function rowsOf<R extends Row>(w: World, prefix: Prefix<R>): Entity<R>[] {
  const found: Entity<R>[] = [];
  for (const [key, { etag, row }] of w.tables)
    if (row !== null && key.startsWith(prefix)) found.push({ key, etag, row: row as R });
  return found.sort((x, y) => (x.key < y.key ? -1 : 1));
}

/** All heads, with the ids of their cycles. */
export function headsOf(w: World): { cycle: string; etag: number; head: Head }[] {
  return rowsOf<Head>(w, 'C/')
    .filter(({ key }) => key.endsWith('/head'))
    .map(({ key, etag, row }) => ({ cycle: key.split('/')[1] ?? '', etag, head: row }));
}

/** The log. */
export const factsOf = (w: World): Fact[] =>
  rowsOf<Fact>(w, 'P/')
    .filter(({ key }) => key.includes('/f-'))
    .map(({ row }) => row);

const MOST_ROWS = 100;

/** One transaction: all or nothing. @returns false when a row or an etag is not as the writer believes. */
export function transact(w: World, writes: readonly Write[]): boolean {
  const partitions = new Set(writes.map(({ key }) => partitionOf(key)));
  need(writes.length > 0 && writes.length <= MOST_ROWS && partitions.size === 1, 'the model: not one transaction');
  for (const { op, key, etag } of writes) {
    const slot = w.tables.get(key);
    const there = slot?.row ? slot : undefined;
    if (op === 'insert' && there !== undefined) return false;
    if (op === 'update' && there === undefined) return false;
    if (etag !== undefined && there?.etag !== etag) return false;
  }
  const tables = new Map(w.tables);
  for (const write of writes) {
    observe(w, write);
    const before = tables.get(write.key);
    if (write.op === 'delete' && before === undefined) continue;
    tables.set(write.key, { etag: (before?.etag ?? 0) + 1, row: write.row });
  }
  w.tables = tables;
  if (writes.some(({ key }) => key.startsWith('P/'))) tell(twoLinks(linksOf(w)));
  return true;
}

function linksOf(w: World): { person: string; key: string }[] {
  return PEOPLE.flatMap((person) => {
    const link = read(w, keys.person(person))?.row.link ?? null;
    return link === null ? [] : [{ person, key: link }];
  });
}

/** What one write tells by itself. */
function observe(w: World, { op, key, row, knew }: Write): void {
  const before = w.tables.get(key)?.row ?? null;
  if (key.endsWith('/head') && before !== null && row !== null)
    tell(revived((before as Head).state, (row as Head).state));
  if (key === keys.wish && op === 'delete' && before !== null)
    need(knew === w.tables.get(key)?.etag, 'I02: a wish for a full cycle is deleted by a cycle that began before it');
  if (key === keys.links && op === 'delete' && before !== null)
    need(knew === w.tables.get(key)?.etag, 'I02: a wish to forget is deleted by a cycle that began before it');
  if (key === keys.watermark && row !== null) tell(watermarkAhead(w.changes, w.marked, (row as Watermark).token));
  if (key.includes('/f-') && row !== null)
    tell(entryWithoutWrite((row as Fact).id, new Set(w.writes.map((x) => x.id))));
  if (key.startsWith('D/') && row !== null) observeMark(w, key.slice(2), before as Mark | null, row as Mark, knew);
}

function observeMark(w: World, person: string, before: Mark | null, mark: Mark, knew: number | undefined): void {
  // A mark made from a delta says how far it reads; one that waits says what was judged.
  if (mark.wait === null && knew !== undefined)
    w.marked = new Map(w.marked).set(person, Math.max(knew, w.marked.get(person) ?? 0));
  if (mark.wait !== null && before !== null && knew !== undefined)
    need(before.since <= knew, `I02: a newer mark of ${person} is made to wait by a cycle that has not judged it`);
  if (mark.attempts > (before?.attempts ?? 0)) {
    const parked = rowsOf<PlanRow>(w, 'C/').filter(
      ({ key, row }) => key.endsWith(`/r-${person}`) && row.result === 'parked',
    );
    need(mark.attempts <= parked.length, `I13: an attempt is counted for ${person}, though nothing was tried`);
  }
}

/** The person's row; every person has one. */
export function personRow(w: World, p: string): PersonRow {
  const found = read(w, keys.person(p));
  if (found === null) throw new Error(`the model: ${p} has no row`);
  return found.row;
}
