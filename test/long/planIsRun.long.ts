/** I15 in two hundred random companies. */
import { inParallel } from '../../shared/concurrency/inParallel';
import { planIsRun } from '../support/planIsRun';
import { SHARE_TITLE, shareOf } from '../support/share';

const PARALLEL = 3;

test(`in random companies the real run, and the apply, do exactly what the plan says (${SHARE_TITLE})`, async () => {
  const seeds = shareOf(Array.from({ length: 200 }, (_, index) => 1_000 + index));
  await inParallel(seeds, PARALLEL, planIsRun);
}, 1_200_000);
