/**
 * `npm run bench [-- W1 | W2 | W3 | mapping] [options]`: what a cycle costs, beside the fewest calls that could do it. It
 * prints; it does not pass or fail.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { DEFAULT_TIMING } from '../shared/sync/Engine';
import { WORLDS } from '../local/simulators/world/buildWorld';
import { benchMapping } from './benchMapping';
import { allowedRate, benchOptions, type BenchOptions } from './benchOptions';
import { BenchStack } from './BenchStack';
import { measureRun, type Measure } from './measureRun';
import { printMeasure } from './printMeasures';
import { RUNS } from './RUNS';

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === 'mapping') {
    benchMapping();
    return;
  }
  const options = benchOptions(args);
  console.log(headline(options));
  const bench = await BenchStack.start(options);
  const measures: Measure[] = [];
  try {
    for (const run of RUNS.filter((one) => options.runs.includes(one.name))) {
      // A cycle believes only what was read this much after a change.
      if (run.waits) await new Promise((resolve) => setTimeout(resolve, DEFAULT_TIMING.graphLagMs + 1_000));
      const measure = await measureRun(bench, run, options);
      measures.push(measure);
      printMeasure(measure, options);
      if (options.out !== undefined) writeFileSync(options.out, JSON.stringify({ options, measures }, null, 1));
    }
  } finally {
    await bench.stop();
  }
}

function headline(options: BenchOptions): string {
  const { world, latencyMs, rate, heapMb } = options;
  const { people, groups, membersPerGroup } = WORLDS[world];
  return (
    `${world}: ${people} people, ${groups} groups of ${membersPerGroup}; Graph and GoTo ${latencyMs} ms a call, GoTo ` +
    `${rate === undefined ? 'without limit' : `${rate}/s, the connector set to ${allowedRate(options)}/s`}; heap ${heapMb === undefined ? 'not limited' : `limited to ${heapMb} MB`}; ` +
    `Node ${process.version}, ${cpus().length} cores. Other work on the machine makes times longer; counts are exact.`
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
