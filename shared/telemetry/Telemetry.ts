/**
 * Structured logs: one JSON line an event, a constant name, data in fields (I18: no token, secret or mail address).
 * The names are listed here, so that the documented queries have one place to look.
 */
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
  | 'change.applied'
  | 'change.failed'
  | 'change.retried'
  | 'change.repeated'
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

type Write = (level: 'info' | 'warn' | 'error', line: string) => void;

const MAIL_ADDRESS = /[^\s"'<>@]+@[^\s"'<>@]+\.[^\s"'<>@]+/g;

/** Mail addresses can hide in error texts of others: they are cut out of every text field. */
export const redact = (text: string): string => text.replace(MAIL_ADDRESS, '[address]');

/** @param write receives one finished JSON line; in a function that is the invocation's logger */
export function createTelemetry(write: Write): Telemetry {
  const log =
    (level: 'info' | 'warn' | 'error') =>
    (event: EventName, fields: Fields = {}) => {
      const clean = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
      );
      write(level, JSON.stringify({ evt: event, ...clean }));
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

/** The text of anything thrown, for a log field. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
