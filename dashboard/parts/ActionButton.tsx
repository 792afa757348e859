import type { ComponentChildren } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { problemOf } from '../data/ApiProblem';
import { MayAct } from '../data/MayAct';
import { confirmed, tell, type Ask } from './Notices';

const NEEDS_ADMIN = 'Needs the Admin role.';

/**
 * A button that does something on the server: asks first if it should, shows that it works, and says what came of it.
 * A Reader finds it, but it does nothing and says why.
 */
export function ActionButton(props: {
  children: ComponentChildren;
  run: () => Promise<string | undefined>;
  ask?: Ask;
  appearance?: string;
  size?: string;
  disabled?: boolean;
  label?: string;
  id?: string;
  /** It changes nothing: a Reader may, too. */
  isReading?: boolean;
}) {
  const { children, run, ask, appearance, size, disabled, label, id, isReading } = props;
  const [isBusy, setBusy] = useState(false);
  const mayAct = useContext(MayAct) || isReading === true;
  const click = async (): Promise<void> => {
    if (isBusy || disabled === true || !mayAct) return;
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
      disabled={mayAct && (disabled === true || isBusy)}
      aria-busy={isBusy}
      {...(mayAct ? {} : { 'disabled-focusable': true, title: NEEDS_ADMIN, 'aria-description': NEEDS_ADMIN })}
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      onClick={() => void click()}
    >
      {children}
    </fluent-button>
  );
}
