import { PLAN } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(PLAN);
