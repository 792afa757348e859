/** The processes by the job that starts them. */
import type { Steps } from '../calls';
import type { Job } from '../rows';
import { approve } from './approve';
import { close } from './close';
import { hold, release } from './hold';
import { lane } from './lane';
import { adopt, onDemand } from './onDemand';
import { plan } from './plan';
import { lift, restart } from './restart';
import { reject, rejectRest } from './reject';
import { start } from './start';
import { wish } from './wish';

export function run(job: Job): Steps<void> {
  switch (job.kind) {
    case 'start':
      return start(job.dryRun, job.from);
    case 'plan':
      return plan(job.cycle);
    case 'lane':
      return lane(job.cycle, job.stage, job.lane, job.number);
    case 'close':
      return close(job.cycle, job.number);
    case 'onDemand':
      return onDemand(job.person);
    case 'adopt':
      return adopt(job.person);
    case 'approve':
      return approve(job.cycle);
    case 'reject':
      return reject(job.cycle);
    case 'rejectRest':
      return rejectRest(job.cycle);
    case 'hold':
      return hold(job.person);
    case 'release':
      return release(job.person);
    case 'wish':
      return wish();
    case 'restart':
      return restart(false);
    case 'forget':
      return restart(true);
    case 'lift':
      return lift();
  }
}
