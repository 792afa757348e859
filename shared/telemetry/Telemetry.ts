/** Structured logs: one JSON line an event, a constant name, data in fields (I18: no token, secret or mail address). */
import { cleanErrorText, redact } from './cleanErrorText';
import type { EventFields, EventName } from './EVENTS';
import { currentInvocation, type WriteLine } from './invocation';

type Log = <Event extends EventName>(event: Event, fields: EventFields<Event>) => void;

export interface Telemetry {
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/**
 * Events of work inside `runInInvocation` go to that invocation's writer and carry its id.
 * @param defaultWrite receives one finished JSON line of everything else: start-up, shut-down
 */
export function createTelemetry(defaultWrite: WriteLine): Telemetry {
  const log =
    (level: 'info' | 'warn' | 'error'): Log =>
    (event, fields) => {
      const clean = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
      );
      const invocation = currentInvocation();
      const id = invocation === undefined ? {} : { invocationId: invocation.invocationId };
      (invocation?.write ?? defaultWrite)(level, JSON.stringify({ evt: event, ...clean, ...id }));
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

/** The text of anything thrown, fit for a log field or a stored row. */
export const messageOf = (error: unknown): string =>
  cleanErrorText(error instanceof Error ? error.message : String(error));
