import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { problemOf } from '../data/ApiProblem';
import { confirmed, tell, type Ask } from './Notices';

/** A button that does something on the server: asks first if it should, shows that it works, and says what came of it. */
export function ActionButton(props: {
  children: ComponentChildren;
  run: () => Promise<string | undefined>;
  ask?: Ask;
  appearance?: string;
  size?: string;
  disabled?: boolean;
  label?: string;
}) {
  const { children, run, ask, appearance, size, disabled, label } = props;
  const [isBusy, setBusy] = useState(false);
  const click = async (): Promise<void> => {
    if (isBusy || disabled === true) return;
    if (ask !== undefined && !(await confirmed(ask))) return;
    setBusy(true);
    try {
      const said = await run();
      if (said !== undefined) tell('success', said);
    } catch (error) {
      const problem = problemOf(error);
      tell('error', problem.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <fluent-button
      appearance={appearance ?? 'secondary'}
      size={size ?? 'medium'}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy}
      {...(label === undefined ? {} : { 'aria-label': label })}
      onClick={() => void click()}
    >
      {children}
    </fluent-button>
  );
}
