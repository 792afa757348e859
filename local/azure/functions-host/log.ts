import pc from 'picocolors';

export interface LogLine {
  /** trace, debug, information, warning, error or critical. */
  readonly level: string;
  /** As in Application Insights: what host.json's `logLevel` goes by. */
  readonly category: string;
  readonly message: string;
  readonly functionName?: string | undefined;
  readonly invocationId?: string | undefined;
}

export type HostLog = (line: LogLine) => void;

const LEVELS: Readonly<Record<string, (text: string) => string>> = {
  error: pc.red,
  critical: pc.red,
  warning: pc.yellow,
  information: (text) => text,
  debug: pc.dim,
  trace: pc.dim,
};

/** One readable line: time, level by colour, function, and the event's own fields. */
export function formatLogLine(line: LogLine, now: Date): string {
  const colour = LEVELS[line.level] ?? ((text: string) => text);
  const source = line.functionName === undefined ? 'host' : line.functionName;
  return `${pc.dim(now.toISOString().slice(11, 23))} ${pc.cyan(source.padEnd(18))} ${colour(readable(line.message))}`;
}

/** The product logs JSON for machines; a person reads `event key=value`. */
function readable(message: string): string {
  if (!message.startsWith('{')) return message;
  try {
    const { evt, ...fields } = JSON.parse(message) as Record<string, unknown>;
    const rest = Object.entries(fields)
      .filter(([, value]) => value !== null && value !== 0)
      .map(([key, value]) => `${pc.dim(`${key}=`)}${String(value)}`);
    return [pc.bold(String(evt)), ...rest].join(' ');
  } catch {
    return message;
  }
}
