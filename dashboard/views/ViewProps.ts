import type { JobAnswer } from '../../shared/api/answers/JobAnswer';
import type { RouteOfPage } from '../data/useRoute';

/** What every view gets. */
export interface ViewProps {
  readonly job: JobAnswer;
  readonly route: RouteOfPage;
  /** Something was done: look at the job at once. */
  readonly refresh: () => void;
}
