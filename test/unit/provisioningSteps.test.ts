/** The log says of an account only what was known of it. */
import { provisioningSteps } from '../../shared/api/provisioningSteps';
import { logEntry, type LogEntry } from '../../shared/model/LogEntry';

const stepsOf = (entry: Partial<LogEntry>): string[] =>
  provisioningSteps(
    logEntry({
      cycleId: 'c',
      sourceId: 'p',
      displayName: 'Quinn Jensen',
      status: 'skipped',
      action: 'none',
      reason: 'RedundantExport',
      at: '2026-11-29T08:00:00.000Z',
      ...entry,
    }),
  ).map(({ description }) => description);

const IS_THEIRS = 'The account in GoTo is the person’s.';

test('whoever has no account and gets none is not said to have one', () => {
  expect(stepsOf({ reason: 'MandatoryFieldsMissing' })).toEqual([
    'Read from Entra: Quinn Jensen.',
    'Active, assigned and in scope.',
    'GoTo needs a first and a last name; the mapping gives none for this person.',
  ]);
});

test('an account that is named is the person’s, and one that is made was not there', () => {
  expect(stepsOf({ targetId: '1' })).toContain(IS_THEIRS);
  expect(stepsOf({ action: 'create', reason: 'Create', status: 'success', targetId: '1' })).toContain(
    'GoTo had no such account.',
  );
});
