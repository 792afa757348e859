/** Sentences of the page that have to be true whatever the state. */
import { ApiProblem } from '../../dashboard/data/ApiProblem';
import { duration } from '../../dashboard/data/words';
import { countsInWords, hasChanges, nothingInWords } from '../../dashboard/views/cycles/countsInWords';
import { stateInWords } from '../../dashboard/views/overview/stateInWords';
import type { JobAnswer } from '../../shared/api/answers/JobAnswer';

const NOW = Date.parse('2026-11-29T08:00:00Z');

/** A job whose last cycle went well. */
const job = (people: Partial<JobAnswer['status']['people']>): JobAnswer =>
  ({
    schedule: {},
    status: {
      code: 'Active',
      currentCycle: null,
      quarantine: null,
      demandedWaitUntil: null,
      firstPlan: null,
      lastExecution: { state: 'Succeeded', timeEnded: '2026-11-29T07:59:00Z', countEscrowed: 0 },
      people: { failing: 0, waitingForSeat: 0, held: 0, ...people },
    },
  }) as unknown as JobAnswer;

test('GoTo is as Entra says only when nobody is left alone', () => {
  expect(stateInWords(job({}), NOW).text).toContain('GoTo is as Entra says.');
  expect(stateInWords(job({ held: 13 }), NOW)).toMatchObject({
    tone: 'warn',
    text: 'The last cycle ended 1 minute ago; 13 people are left alone until an admin releases them.',
  });
});

test('removals wait only where somebody can decide about them', () => {
  const counts = { staged: 12, disabled: 0 };
  expect(countsInWords({ counts, state: 'awaitingApproval' })).toBe('12 waiting for approval');
  expect(countsInWords({ counts, state: 'superseded' })).toBe('12 left to a later cycle');
});

test('who waits in an earlier plan is no change, and not held until an admin releases them', () => {
  const counts = { held: 27, created: 0 };
  expect(countsInWords({ counts, state: 'succeeded' })).toBe('27 left for later');
  expect([hasChanges({ counts }), hasChanges({ counts: { ...counts, created: 1 } })]).toEqual([false, true]);
});

test('a plan, a cycle that runs and one that failed are not said to have nothing to change', () => {
  const ended = '2026-11-29T07:59:00Z';
  const nothing = (state: string, dryRun = false, endDateTime: string | null = ended): string =>
    nothingInWords({ state, dryRun, endDateTime });
  expect(nothing('planned', true)).toBe('Nothing: it is a plan');
  expect(nothing('applying', false, null)).toBe('Nothing yet');
  expect(nothing('failed')).toBe('Nothing');
  expect(nothing('succeeded')).toBe('Nothing to change');
});

test('a clock that is behind makes no time of less than nothing', () => {
  expect(duration(-300_000)).toBe('0 ms');
});

test('a host that answers in the connector’s place passes by itself, an answer of the connector does not', () => {
  const away = ApiProblem.of(503, '');
  expect(away.isPassing).toBe(true);
  expect(away.message).toContain('Azure portal');
  expect(ApiProblem.of(503, '{"code":"TargetUnreachable","detail":"GoTo does not answer."}').isPassing).toBe(false);
});
