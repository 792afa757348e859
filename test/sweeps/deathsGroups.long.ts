import { GROUPS } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(GROUPS);
