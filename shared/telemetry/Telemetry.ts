/**
 * Structured logs: one JSON line an event, a constant name, data in fields (I18: no token, secret or mail address).
 * The names are listed here, so that the documented queries have one place to look.
 */
import { cleanErrorText, redact } from './cleanErrorText';
import { currentInvocation, type WriteLine } from './invocation';

export type EventName =
  | 'cycle.started'
  | 'cycle.refused'
  | 'mapping.changed'
  | 'cycle.sliceDone'
  | 'cycle.planned'
  | 'cycle.finished'
  | 'cycle.failed'
  | 'cycle.resumed'
  | 'cycle.messagesResent'
  | 'cycle.waits'
  | 'cycle.stopping'
  | 'cycle.givenUp'
  | 'cycle.exception'
  | 'cycle.tidyFailed'
  | 'chunk.exception'
  | 'person.unreadable'
  | 'change.applied'
  | 'change.failed'
  | 'change.retried'
  | 'change.repeated'
  | 'creations.halved'
  | 'message.unreadable'
  | 'goto.throttled'
  | 'goto.tokenRenewed'
  | 'graph.retried'
  | 'graph.watermarkLost'
  | 'http.failed';

export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Telemetry {
  info(event: EventName, fields?: Fields): void;
  warn(event: EventName, fields?: Fields): void;
  error(event: EventName, fields?: Fields): void;
}

/**
 * Events of work inside `runInInvocation` go to that invocation's writer and carry its id.
 * @param defaultWrite receives one finished JSON line of everything else: start-up, shut-down
 */
export function createTelemetry(defaultWrite: WriteLine): Telemetry {
  const log =
    (level: 'info' | 'warn' | 'error') =>
    (event: EventName, fields: Fields = {}) => {
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
