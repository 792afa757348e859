import { INITIAL } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(INITIAL);
