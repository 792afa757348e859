import { isoTime } from '../model/Clock';
import type { Engine } from '../sync/Engine';
import type { LicensesAnswer } from './answers/LicensesAnswer';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { requireJob } from './jobOf';

/**
 * GET …/licenses: the licences of the GoTo account and their seats, read now; those that are given to people come first.
 * @throws ConnectorError while GoTo cannot be asked
 */
export async function getLicenses(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const licenses = await engine.accounts.licenses({ pacer: engine.pacing.guest });
  const given = new Set(Object.values(engine.policy.roleEntitlements).flatMap((rule) => rule.licenseKeys));
  const value = licenses.map((license) => ({
    key: license.key,
    description: license.description,
    isGiven: given.has(license.key),
    isUsable: license.enabled && !license.devicesOnly && !license.externallyManaged,
    seats: license.seats,
    used: license.used,
    free: license.seats === null ? null : Math.max(0, license.seats - license.used),
  }));
  const body: LicensesAnswer = {
    readDateTime: isoTime(engine.clock.now()),
    value: value.sort((a, b) => Number(b.isGiven) - Number(a.isGiven) || a.description.localeCompare(b.description)),
  };
  return { status: 200, body };
}
