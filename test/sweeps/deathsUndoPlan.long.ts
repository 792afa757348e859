import { UNDO_PLAN } from '../support/deaths';
import { sweepDeaths } from '../support/sweepDeaths';

sweepDeaths(UNDO_PLAN);
