/** I15 in two hundred random companies. */
import { inParallel } from '../../shared/concurrency/inParallel';
import { planIsRun } from '../support/planIsRun';

const PARALLEL = 3;

test('in random companies the real run, and the apply, do exactly what the plan says', async () => {
  await inParallel(
    Array.from({ length: 200 }, (_, index) => 1_000 + index),
    PARALLEL,
    planIsRun,
  );
}, 1_200_000);
