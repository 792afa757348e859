import type { Account } from '../model/Account';

/** Whether an account opens nothing: no licence and no role is left, so GoTo has suspended it (goto-api.md 2.5). */
export const isShell = ({ licenseKeys, isAdmin }: Account): boolean => licenseKeys.length === 0 && !isAdmin;
