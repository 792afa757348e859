import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';
import type { Tone } from './Tone';

const ICON_OF: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'error',
  warn: 'warning',
  quiet: 'skip',
  busy: 'sync',
};

/** One step of how it came about. @param props.said the state in words, where the title does not say it */
export function StoryStep(props: { tone: Tone; title: string; said?: string; children?: ComponentChildren }) {
  const { tone, title, said, children } = props;
  return (
    <li class={`story-${tone}`}>
      <Icon name={ICON_OF[tone]} />
      <h3>
        {title} {said !== undefined && <span class="unseen">{said}</span>}
      </h3>
      {children}
    </li>
  );
}
