import { Icon } from './Icon';

/** Whom or what a row is about: people are many, so a user group is marked. */
export function Named({ name, isGroup }: { name: string; isGroup: boolean }) {
  if (!isGroup) return <>{name}</>;
  return (
    <span class="group-name">
      <Icon name="people" /> {name} <span class="badge">Group</span>
    </span>
  );
}
