import { DELETIONS, STAGED_DELETIONS } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(STAGED_DELETIONS, 3);
sweepDeaths(DELETIONS, 3);
