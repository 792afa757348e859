import { DELETIONS, STAGED_DELETIONS } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(STAGED_DELETIONS, { slowness: 3 });
sweepDeaths(DELETIONS, { slowness: 3 });
