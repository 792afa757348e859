import { allowedRate, type BenchOptions } from './benchOptions';
import type { Measure } from './measureRun';

/** One line a run, and under it the figures beside the fewest that could have done it. */
export function printMeasure(one: Measure, options: BenchOptions): void {
  const { floor } = one;
  const allowed = allowedRate(options);
  const beside = (value: number, least: number): string => `${value} (${least})`;
  const seconds = (value: number | undefined): string => (value === undefined ? '–' : `${value.toFixed(1)} s`);
  const rate = (value: number | undefined): string => {
    if (value === undefined) return '–';
    const share = allowed === undefined ? '' : ` = ${((value / allowed) * 100).toFixed(0)} % of ${allowed}/s`;
    return `${value.toFixed(1)}/s${share}`;
  };
  const each = (value: number): string =>
    one.gotoWrites === 0 ? String(value) : `${value} (${(value / one.gotoWrites).toFixed(2)} a write)`;
  const least = allowed === undefined ? '' : ` (${((floor.gotoReads + floor.gotoWrites) / allowed).toFixed(1)} s)`;
  const figures: readonly (readonly [string, string])[] = [
    ['Graph calls (floor)', beside(one.graph, floor.graph)],
    ['GoTo reads (floor)', beside(one.gotoReads, floor.gotoReads)],
    ['of these neither look nor 429', String(one.gotoReads - one.gotoLooks)],
    ['GoTo writes (floor)', beside(one.gotoWrites, floor.gotoWrites)],
    ['write amplification', floor.gotoWrites === 0 ? '–' : (one.gotoWrites / floor.gotoWrites).toFixed(2)],
    ['429', String(one.throttled)],
    ['rows planned', String(one.rows)],
    ['wall (floor)', `${seconds(one.wallS)}${least}`],
    ['start to first write', seconds(one.toFirstS)],
    ['first to last write', seconds(one.busyS)],
    ['last write to end', seconds(one.closingS)],
    ['rate, first to last write', rate(one.busyPerS)],
    ['rate, last tenth of the writes', rate(one.tailPerS)],
    ['messages', each(one.messages)],
    ['table requests', each(one.tables)],
    ['of these transactions', each(one.transactions)],
    ['peak memory of the worker', one.peakMb === undefined ? 'not known here' : `${one.peakMb} MB`],
  ];
  console.log(`\n${one.title}: ${one.state}`);
  for (const [name, value] of figures) console.log(`  ${name.padEnd(32)}${value}`);
}
