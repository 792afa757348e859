import { words } from '../data/words';
import { toneOf } from './Status';
import { StoryStep } from './StoryStep';

const NAMES: Readonly<Record<string, string>> = {
  EntryImport: 'Import from Entra',
  EntryImportAdd: 'Import from Entra',
  EntryImportUpdate: 'Import from Entra',
  EntryImportDelete: 'Import from Entra',
  EntrySynchronizationScoping: 'Is the person in scope?',
  EntryMatch: 'Find the account in GoTo',
  EntrySynchronizationAdd: 'Find the account in GoTo',
  EntrySynchronizationUpdate: 'Find the account in GoTo',
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
        <StoryStep
          key={index}
          tone={toneOf(step.status)}
          title={NAMES[step.name] ?? words(step.name)}
          said={words(step.status)}
        >
          <p>{step.description}</p>
        </StoryStep>
      ))}
    </ol>
  );
}
