import { SLICED } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(SLICED, 8);
