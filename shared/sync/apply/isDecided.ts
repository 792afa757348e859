import type { ManagedPerson } from '../../model/ManagedPerson';

/** Whether somebody else is at work on the row, or was at its end: what was refused here decides nothing any more. */
export const isDecided = ({ pending, last }: ManagedPerson, cycleId: string): boolean =>
  pending !== null || last?.cycleId === cycleId;
