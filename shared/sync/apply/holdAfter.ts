import type { HoldChange } from '../../model/HoldChange';
import type { ManagedPerson } from '../../model/ManagedPerson';

/** What becomes of a person's hold in the write that stores the result (docs/protocol.md 3.7). */
export const holdAfter = (hold: HoldChange | null): Partial<Pick<ManagedPerson, 'hold' | 'heldBy'>> =>
  hold === null ? {} : hold.kind === 'set' ? { hold: 'revert', heldBy: hold.by } : { hold: null, heldBy: null };
