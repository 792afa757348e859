import { words } from '../data/words';
import { Icon, type IconName } from './Icon';
import { toneOf } from './Status';

const ICON_OF: Readonly<Record<string, IconName>> = {
  good: 'check',
  bad: 'error',
  warn: 'warning',
  quiet: 'skip',
  busy: 'sync',
};
const NAMES: Readonly<Record<string, string>> = {
  EntryImport: 'Import from Entra',
  EntrySynchronizationScoping: 'Is the person in scope?',
  EntryMatch: 'Find the account in GoTo',
  EntrySynchronizationSkip: 'Nothing to write',
  EntryExport: 'Write to GoTo',
  EntryExportAdd: 'Create in GoTo',
  EntryExportUpdate: 'Change in GoTo',
  EntryExportDelete: 'Delete in GoTo',
};

export interface StepToShow {
  readonly name: string;
  readonly status: string;
  readonly description: string;
}

/** How it came about, step by step. */
export function Steps({ steps }: { steps: readonly StepToShow[] }) {
  return (
    <ol class="story">
      {steps.map((step, index) => (
        <li key={index} class={`story-${toneOf(step.status)}`}>
          <Icon name={ICON_OF[toneOf(step.status)] ?? 'skip'} />
          <h3>
            {NAMES[step.name] ?? words(step.name)} <span class="unseen">{words(step.status)}</span>
          </h3>
          <p>{step.description}</p>
        </li>
      ))}
    </ol>
  );
}
