import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';
import type { Tone } from './Tone';

const SIGN_OF: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'error',
  warn: 'warning',
  busy: 'sync',
  quiet: 'clock',
};

/** What matters most about a view, in one sentence, with what can be done. */
export function Hero(props: {
  tone: Tone;
  title: string;
  text: string;
  sign?: IconName;
  actions?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const { tone, title, text, sign, actions, children } = props;
  return (
    <section class={`hero hero-${tone}`} aria-labelledby="state">
      <span class="hero-sign">
        <Icon name={sign ?? SIGN_OF[tone]} />
      </span>
      <div class="hero-text">
        <h1 id="state">{title}</h1>
        <p>{text}</p>
      </div>
      {actions}
      {children}
    </section>
  );
}
