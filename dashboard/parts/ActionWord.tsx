import { words } from '../data/words';
import { Icon, type IconName } from './Icon';

const SIGNS: Readonly<Record<string, readonly [icon: IconName, title: string]>> = {
  create: ['personAdd', 'Create'],
  link: ['link', 'Link'],
  update: ['edit', 'Update'],
  disable: ['personOff', 'Disable'],
  reenable: ['personOk', 'Re-enable'],
  delete: ['remove', 'Delete'],
  recover: ['history', 'Recover'],
  none: ['skip', 'Leave'],
};

/** What is done to an account, with its sign. */
export function ActionWord({ action }: { action: string }) {
  const [icon, title] = SIGNS[action] ?? (['skip', words(action)] as const);
  return (
    <span class={`action action-${action}`}>
      <Icon name={icon} />
      {title}
    </span>
  );
}

export const actionInWords = (action: string): string => SIGNS[action]?.[1] ?? words(action);
