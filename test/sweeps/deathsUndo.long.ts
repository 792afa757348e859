import { UNDO } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(UNDO);
