import type { Policy } from '../../rules/Policy';
import type { Store } from '../../store/Store';
import { GroupNesting } from '../../rules/GroupNesting';

/** Which group is in which, from the image; nothing where nested groups do not count. */
export async function nestingOf({ image }: Pick<Store, 'image'>, policy: Policy): Promise<GroupNesting> {
  const inner = new Map<string, readonly string[]>();
  if (policy.expandNestedGroups)
    for await (const { id, groups } of image.heads()) if (groups.length > 0) inner.set(id, groups);
  return new GroupNesting(inner);
}
