import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import { linkTo } from '../../data/useRoute';
import { ago, inFull } from '../../data/words';

/** When it last went well, when it goes on, and by which mapping. */
export function JobFacts({ job: { schedule, status, mappingVersion, releaseVersion } }: { job: JobAnswer }) {
  const { lastSuccessfulExecution: good } = status;
  return (
    <dl class="hero-facts">
      <div>
        <dt>Last success</dt>
        <dd title={good === null ? '' : inFull(good.timeEnded)}>{good === null ? 'none yet' : ago(good.timeEnded)}</dd>
      </div>
      <div>
        <dt>Next cycle</dt>
        <dd title={schedule.expression}>
          {schedule.nextRunDateTime === null ? 'none' : ago(schedule.nextRunDateTime)}
        </dd>
      </div>
      <div>
        <dt>Mapping</dt>
        <dd>
          <a href={linkTo('mapping')}>{mappingVersion === 'default' ? 'built in' : 'imported'}</a>
        </dd>
      </div>
      <div>
        <dt>Release</dt>
        <dd>{releaseVersion}</dd>
      </div>
    </dl>
  );
}
