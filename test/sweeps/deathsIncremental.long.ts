import { INCREMENTAL } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(INCREMENTAL);
