import { useEffect, useState } from 'preact/hooks';
import { get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { Card } from '../../parts/Card';
import { ChangeTable, type ChangeRow } from '../../parts/Changes';
import { Waiting } from '../../parts/Loaded';
import { Message, ProblemMessage } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { Steps, type StepToShow } from '../../parts/Steps';

interface ProvisionedAnswer {
  readonly status: string;
  readonly why: string;
  readonly steps: readonly StepToShow[];
  readonly errorInformation: { readonly reason: string | null; readonly recommendedAction: string | null } | null;
  readonly modifiedProperties: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

/** One after the other, so that they can be followed, in ms. */
const STEP_MS = 350;

/** One person at once, step by step. @param props.dryRun only what would happen */
export function OnDemand({ id, dryRun, done }: { id: string; dryRun: boolean; done: () => void }) {
  const [answer, setAnswer] = useState<ProvisionedAnswer | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [shown, setShown] = useState(0);
  useEffect(() => {
    let timer = 0;
    let isGone = false;
    get<ProvisionedAnswer>(`${JOB}/provisionOnDemand`, { method: 'POST', body: { user: id, dryRun } })
      .then((value) => {
        if (!dryRun) done();
        if (isGone) return;
        setAnswer(value);
        timer = setInterval(() => setShown((count) => Math.min(count + 1, value.steps.length)), STEP_MS);
      })
      .catch((error: unknown) => setProblem(problemOf(error)));
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, []);
  const isWhole = answer !== null && shown >= answer.steps.length;
  return (
    <Card
      title={dryRun ? 'What would happen' : 'Provisioning on demand'}
      {...(isWhole ? { actions: <Status state={answer.status} /> } : {})}
    >
      <div role="status" class="stack">
        {problem !== null && <ProblemMessage problem={problem} />}
        {answer !== null && <Steps steps={answer.steps.slice(0, shown)} />}
        {!isWhole && problem === null && <Waiting what={answer === null ? 'Asking Entra and GoTo' : 'Going on'} />}
        {isWhole && (
          <>
            {answer.errorInformation !== null && (
              <Message intent="error" title={answer.errorInformation.reason ?? answer.why}>
                {answer.errorInformation.recommendedAction}
              </Message>
            )}
            {answer.modifiedProperties.length > 0 && (
              <ChangeTable
                rows={answer.modifiedProperties.map(({ displayName, oldValue, newValue }): ChangeRow => ({
                  name: displayName,
                  old: oldValue,
                  next: newValue,
                }))}
              />
            )}
          </>
        )}
      </div>
    </Card>
  );
}
