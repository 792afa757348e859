import { words } from '../data/words';
import { Icon, type IconName } from './Icon';
import type { Tone } from './Tone';

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  success: 'good',
  Active: 'good',
  ok: 'good',
  passed: 'good',
  succeededWithErrors: 'warn',
  warning: 'warn',
  planned: 'quiet',
  awaitingApproval: 'warn',
  staged: 'warn',
  held: 'warn',
  parked: 'warn',
  failed: 'bad',
  failure: 'bad',
  Quarantine: 'bad',
  NotConfigured: 'bad',
  error: 'bad',
  queued: 'busy',
  planning: 'busy',
  applying: 'busy',
  closing: 'busy',
  Paused: 'quiet',
  NotRun: 'quiet',
  skipped: 'quiet',
  superseded: 'quiet',
  rejected: 'quiet',
  ended: 'good',
  open: 'busy',
};
/** Where the word for it says more than the code. */
const TEXTS: Readonly<Record<string, string>> = {
  awaitingApproval: 'Awaits approval',
  succeededWithErrors: 'With errors',
  NotConfigured: 'Not connected',
  NotRun: 'Not run yet',
  staged: 'Awaits approval',
  ended: 'Done',
  open: 'To do',
};
const ICON_OF: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'error',
  warn: 'warning',
  busy: 'sync',
  quiet: 'skip',
};

export const toneOf = (state: string): Tone => TONES[state] ?? 'quiet';

/** A state in words with a sign and a colour; the words alone say it all. */
export function Status({ state, text }: { state: string; text?: string }) {
  const tone = toneOf(state);
  return (
    <span class={`status status-${tone}`}>
      <Icon name={ICON_OF[tone]} />
      {text ?? TEXTS[state] ?? words(state)}
    </span>
  );
}
