/**
 * Once a day, whatever else happens or not, by the timer of full cycles or else by the other one: GoTo is asked for a token,
 * so that a connection that nothing uses does not die of it (docs/facts/goto-api.md 6, item 19), and who has to renew a
 * credential is told in time.
 */
import { credentialEnd } from '../../rules/credentialEnds';
import { messageOf } from '../../telemetry/Telemetry';
import type { WithClock, WithConnection, WithTarget, WithTelemetry } from '../Engine';

export async function tendConnection(engine: WithClock & WithConnection & WithTarget & WithTelemetry): Promise<void> {
  const { accounts, clock, connection, telemetry } = engine;
  try {
    if (!(await connection.state()).connected) return;
    await accounts.renewToken();
    for (const credential of await connection.credentials()) {
      const { name, daysLeft, threshold } = credentialEnd(credential, clock.now());
      if (threshold !== null)
        telemetry[threshold <= 3 ? 'error' : 'warn']('credential.ending', { credential: name, daysLeft, threshold });
    }
  } catch (error) {
    // The cycle that needs the connection fails by the same, and says so; the timer goes on.
    telemetry.warn('connection.notTended', { message: messageOf(error) });
  }
}
