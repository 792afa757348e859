import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import type { PlanAnswer } from '../../../shared/api/answers/PlanAnswer';
import { ask, get, JOB } from '../../data/ApiClient';
import { go, linkTo } from '../../data/useRoute';
import { many } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Icon } from '../../parts/Icon';
import type { Ask } from '../../parts/Notices';

const UNDONE = new Set(['succeeded', 'succeededWithErrors']);
const CHANGES = ['created', 'linked', 'updated', 'disabled', 'reenabled', 'deleted'];

/** Apply a plan, approve or reject what is staged, undo what was done: each names exactly the plan it means. */
export function CycleActions({ cycle, done }: { cycle: CycleAnswer; done: () => void }) {
  const path = `${JOB}/cycles/${encodeURIComponent(cycle.id)}`;
  const staged = cycle.counts['staged'] ?? 0;
  const changed = CHANGES.reduce((sum, name) => sum + (cycle.counts[name] ?? 0), 0);
  /** The hash is read now: if somebody made another plan meanwhile, the server refuses. */
  const act = async (verb: string, said: string): Promise<string> => {
    try {
      const { hash } = await get<PlanAnswer>(`${path}/plan?$top=1`);
      const answer = await ask<CycleAnswer>(`${path}/${verb}`, { method: 'POST', body: { hash } });
      follow(answer?.value);
      return said;
    } catch (error) {
      // Somebody else may have decided meanwhile: the page is to show that, and no buttons for it.
      done();
      throw error;
    }
  };
  const revert = async (): Promise<string> => {
    const answer = await ask<CycleAnswer>(`${path}/revert`, { method: 'POST', body: {} });
    follow(answer?.value);
    return 'A plan that undoes this cycle is being made.';
  };
  const follow = (next: CycleAnswer | undefined): void => {
    done();
    if (next?.id !== undefined && next.id !== cycle.id) go(linkTo('cycles', next.id));
  };
  const question = (title: string, text: string, yes: string): Ask => ({ title, text, yes });
  return (
    <div class="actions">
      {cycle.state === 'planned' && cycle.appliedBy === null && (
        <ActionButton
          appearance="primary"
          run={() => act('apply', 'The plan is being applied.')}
          ask={question(
            'Apply this plan?',
            'Exactly what stands in it is done. People for whom facts have moved since are left for the next cycle.',
            'Apply',
          )}
        >
          <Icon name="play" slot="start" /> Apply
        </ActionButton>
      )}
      {cycle.state === 'awaitingApproval' && (
        <>
          <ActionButton
            appearance="primary"
            run={() => act('approve', 'Approved. The staged removals are being done.')}
            ask={question(
              `Approve ${many(staged, 'removal', 'removals')}?`,
              'These people lose their access to GoTo, or, where the list below says Delete, their account for good. Look at it first: it says who and why.',
              'Approve',
            )}
          >
            <Icon name="check" slot="start" /> Approve {many(staged, 'removal', 'removals')}
          </ActionButton>
          <ActionButton
            run={() => act('reject', 'Rejected. These people keep what they have and are held.')}
            ask={question(
              `Reject ${many(staged, 'removal', 'removals')}?`,
              'These people keep what they have, and the connector leaves them alone until they are released.',
              'Reject',
            )}
          >
            <Icon name="dismiss" slot="start" /> Reject
          </ActionButton>
        </>
      )}
      {UNDONE.has(cycle.state) && !cycle.dryRun && changed > 0 && (
        <ActionButton
          run={revert}
          ask={question(
            'Undo this cycle?',
            'A plan is made that takes back what this cycle changed. You see it first, and apply it or not.',
            'Make the plan',
          )}
        >
          <Icon name="undo" slot="start" /> Undo
        </ActionButton>
      )}
    </div>
  );
}
