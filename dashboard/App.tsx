import { useEffect, useState } from 'preact/hooks';
import type { JobAnswer } from '../shared/api/answers/JobAnswer';
import { JOB, storedKey, storeKey } from './data/ApiClient';
import { MayAct } from './data/MayAct';
import { useClock } from './data/useClock';
import { usePoll } from './data/usePoll';
import { linkTo, useRoute } from './data/useRoute';
import { Empty, Waiting } from './parts/Loaded';
import { Icon, type IconName } from './parts/Icon';
import { Mark } from './parts/Mark';
import { Notices } from './parts/Notices';
import { ProblemMessage } from './parts/Message';
import { Status } from './parts/Status';
import { SignIn } from './views/SignIn';
import { VIEWS } from './views/VIEWS';

/** While something may change, in ms. */
const PACE_MS = 2_000;
/** How often "3 minutes ago" is told anew, in ms. */
const CLOCK_MS = 15_000;

/** The reader is not let in: the host's own refusal, which has no words, and the connector's. */
const NOT_LET_IN = new Set(['Http401', 'SignInNeeded', 'RoleNeeded']);

/** The frame: who is let in, where the reader is, and the job as all views share it. */
export function App() {
  useClock(CLOCK_MS);
  const route = useRoute();
  const [key, setKey] = useState(storedKey);
  // Another path for another key makes the poll begin anew; the server does not look at it.
  const job = usePoll<JobAnswer>(`${JOB}?as=${key === null ? 'nobody' : 'reader'}`, PACE_MS);
  const view = VIEWS.find(({ name }) => name === route.view);
  useEffect(() => {
    document.title = `${view?.title ?? 'Not found'} · GoToMeeting provisioning`;
  }, [view]);
  if (job.problem !== null && NOT_LET_IN.has(job.problem.code)) {
    return (
      <SignIn
        refused={job.problem}
        hasKey={key !== null}
        enter={(typed) => {
          storeKey(typed);
          setKey(typed);
          job.refresh();
        }}
      />
    );
  }
  const isReader = job.value?.role === 'Reader';
  return (
    <MayAct.Provider value={!isReader}>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to content
      </a>
      <header class="bar">
        <div class="brand">
          <Mark />
          <span>GoToMeeting provisioning</span>
        </div>
        <nav aria-label="Views">
          {VIEWS.map(({ name, title, icon }) => (
            <a key={name} href={linkTo(name)} {...(name === route.view ? { 'aria-current': 'page' as const } : {})}>
              <Icon name={icon satisfies IconName} />
              <span>{title}</span>
            </a>
          ))}
        </nav>
        <div class="bar-state">{job.value !== undefined && <Status state={stateOf(job.value)} />}</div>
      </header>
      <main id="main" tabIndex={-1}>
        {isReader && (
          <p class="role-note">
            <Icon name="lock" /> You are signed in as a Reader: you may look at everything. Whatever changes something
            needs the Admin role.
          </p>
        )}
        {job.problem !== null && <ProblemMessage problem={job.problem} retry={job.refresh} />}
        {job.value === undefined ? (
          job.isLoading && <Waiting />
        ) : view === undefined ? (
          <>
            <h1>Not found</h1>
            <Empty title="There is no such view.">
              <a href={linkTo('overview')}>Go to the overview</a>
            </Empty>
          </>
        ) : (
          <view.View job={job.value} refresh={job.refresh} route={route} />
        )}
      </main>
      <Notices />
    </MayAct.Provider>
  );
}

/**
 * What runs says more than that the job is switched on. Removals above the limit are a quarantine to Graph; for a reader
 * they wait, and everything else goes on.
 */
const stateOf = ({ status: { currentCycle, quarantine, code } }: JobAnswer): string =>
  currentCycle?.state ?? (quarantine?.reason === 'TooManyDeletes' ? 'awaitingApproval' : code);

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
