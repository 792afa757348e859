import { APPLY } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(APPLY, 8);
