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
import { measureOnDemand } from './measureOnDemand';
import { measureRun, type Measure } from './measureRun';
import { measureStories } from './measureStories';
import { printMeasure } from './printMeasures';
import { RUNS, type Run } from './RUNS';

/** What a single write costs is seen where each creation is one. */
const ONE_BY_ONE = { CREATE_BATCH_SIZE: '1' };

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === 'mapping') {
    benchMapping();
    return;
  }
  const options = benchOptions(args);
  console.log(headline(options));
  const measures: Measure[] = [];
  const runs = RUNS.filter((one) => options.runs.includes(one.name));
  for (const run of runs) if (run.alone !== undefined) await measureAll([run], run.alone, options, measures);
  await measureAll(
    runs.filter((run) => run.alone === undefined),
    ONE_BY_ONE,
    options,
    measures,
  );
}

/** One cycle after another in one company. @param measures is added to */
async function measureAll(
  runs: readonly Run[],
  settings: Readonly<Record<string, string>>,
  options: BenchOptions,
  measures: Measure[],
): Promise<void> {
  if (runs.length === 0) return;
  const bench = await BenchStack.start(options, settings);
  try {
    for (const run of runs) {
      // A cycle believes only what was read this much after a change.
      if (run.waits) await new Promise((resolve) => setTimeout(resolve, DEFAULT_TIMING.graphLagMs + 1_000));
      const measure = await measureRun(bench, run, options);
      measures.push(measure);
      printMeasure(measure, options);
      if (options.out !== undefined) writeFileSync(options.out, JSON.stringify({ options, measures }, null, 1));
      if (run.name === 'initialBatched') await measureStories(bench);
      if (run.name === 'oneChange') await measureOnDemand(bench);
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
