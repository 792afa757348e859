/** What the first cycle did, in numbers that explain themselves. */
import pc from 'picocolors';
import type { CycleView, LeftOut } from './ConnectorView';
import type { Shell } from './shell';

const COUNTS: Readonly<Record<string, string>> = {
  created: 'had no account in GoTo',
  linked: 'had one already; what differed was put right',
  updated: 'were changed',
  disabled: 'have lost their access',
  failed: 'see below',
  parked: 'wait for something',
  skipped: 'are not to have one',
};

export interface Traffic {
  /** What the connector allows itself, in requests a second. */
  readonly allowed: string;
  /** Requests that GoTo answered 429. */
  readonly refused: number;
  /** People of one request that creates accounts. */
  readonly batchSize: string;
}

/** @returns lines */
export function summary(cycle: CycleView, { allowed, refused, batchSize }: Traffic): string[] {
  const count = (name: string): number => cycle.counts[name] ?? 0;
  const seconds = (Date.parse(cycle.endDateTime ?? cycle.startDateTime) - Date.parse(cycle.startDateTime)) / 1_000;
  const requests = (cycle.calls['gotoReads'] ?? 0) + (cycle.calls['gotoWrites'] ?? 0);
  const line = (name: string, value: number, what: string): string =>
    `  ${name.padEnd(10)} ${pc.bold(String(value).padStart(5))}  ${pc.dim(what)}`;
  const heading =
    cycle.error === null ? pc.green(`First cycle: ${cycle.state}`) : pc.red(`First cycle failed: ${cycle.error}`);
  return [
    '',
    pc.bold(`${heading} in ${seconds.toFixed(1)} s`),
    '',
    ...Object.entries(COUNTS)
      .filter(([name]) => count(name) > 0)
      .map(([name, what]) => line(name, count(name), what)),
    '',
    `  ${requests} requests to GoTo (${(requests / Math.max(1, seconds)).toFixed(1)} a second on average, at most ${allowed} are allowed) and ${cycle.calls['graph'] ?? 0} to Graph`,
    pc.dim(
      `  Fewer requests than people: one request creates up to ${batchSize} accounts (a batch), and a list of GoTo holds`,
    ),
    pc.dim('  many; whose account is right already costs none. So people a second may be more than requests a second.'),
    ...(refused === 0
      ? []
      : [
          pc.dim(
            `  GoTo answered "too many" (429) ${refused} ${refused === 1 ? 'time' : 'times'}: it counts by its own clock. The request was not carried out`,
          ),
          pc.dim('  and was sent again after the pause that GoTo asked for; nothing was lost or done twice.'),
        ]),
    ...cycle.warnings.map((warning) => `  ${pc.yellow('!')} ${warning}`),
  ];
}

/** Who got nothing, by reason, with the command that tells why. @returns lines */
export function leftOut(people: readonly LeftOut[], shell: Shell): string[] {
  const byReason = Map.groupBy(people, ({ reason }) => reason);
  if (byReason.size === 0) return [];
  return [
    '',
    pc.bold('Who was left out, and why'),
    '',
    ...[...byReason].flatMap(([reason, some]) => [
      `  ${pc.bold(reason)}  ${some
        .slice(0, 3)
        .map(({ displayName }) => displayName)
        .join(', ')}${some.length > 3 ? ` and ${some.length - 3} more` : ''}`,
      ...some
        .slice(0, 1)
        .map(({ sourceId }) => `  ${shell.request({ url: `$JOB/users/${sourceId}`, property: 'answer' })}`),
    ]),
  ];
}
