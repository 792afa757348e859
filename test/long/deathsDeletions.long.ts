import { DELETIONS } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(DELETIONS);
