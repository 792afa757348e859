import type { HealthAnswer } from '../../shared/api/answers/HealthAnswer';
import type { ApiProblem } from '../data/ApiProblem';
import { usePoll } from '../data/usePoll';
import { Mark } from '../parts/Mark';
import { Message, ProblemMessage } from '../parts/Message';
import { Waiting } from '../parts/Loaded';
import { KeyForm } from './KeyForm';

/** App Service authentication's own addresses: they lead to Entra, and back here. */
const HERE = '/api/dashboard';
const SIGN_IN = '/.auth/login/aad?post_login_redirect_uri=';
const SIGN_OUT = '/.auth/logout?post_logout_redirect_uri=';

/** How the reader is let in: by a function key, or by a sign-in with Entra. Health, which is open, says which. */
export function SignIn(props: { refused: ApiProblem; hasKey: boolean; enter: (key: string) => void }) {
  const { refused, hasKey, enter } = props;
  const { value, problem, isLoading, refresh } = usePoll<HealthAnswer>('/api/health', 0);
  return (
    <main class="sign-in">
      <div class="card">
        <div class="brand">
          <Mark />
          <h1>GoToMeeting provisioning</h1>
        </div>
        {problem !== null && <ProblemMessage problem={problem} retry={refresh} />}
        {isLoading ? (
          <Waiting />
        ) : value?.signIn !== 'entra' ? (
          <>
            {value?.signInProblem !== undefined && (
              <Message intent="warning" title="Nobody can sign in.">
                {value.signInProblem}
              </Message>
            )}
            <KeyForm wasRefused={hasKey} enter={enter} />
          </>
        ) : refused.status === 403 ? (
          <>
            <Message intent="warning" title="You have no role here.">
              {refused.message}
            </Message>
            <a class="primary" href={SIGN_OUT + HERE}>
              Sign out
            </a>
          </>
        ) : (
          <>
            <p>Sign in with your account of the company. Looking takes the app role Reader, changing anything Admin.</p>
            <a class="primary" href={SIGN_IN + encodeURIComponent(HERE + location.hash)}>
              Sign in
            </a>
          </>
        )}
      </div>
    </main>
  );
}
