/** I15: a plan is what the run does, whatever the company looks like; `npm run test:long` tries 200 of them. */
import { planIsRun } from '../support/planIsRun';

/** Another seed tries other companies. */
const SEED = Number(process.env['PLAN_SEED'] ?? 1);

test(`in random companies the real run, and the apply, do exactly what the plan says (PLAN_SEED ${SEED})`, async () => {
  for (let seed = SEED; seed < SEED + 3; seed += 1) await planIsRun(seed);
}, 120_000);
