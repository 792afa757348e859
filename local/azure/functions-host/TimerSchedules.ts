/** Timer triggers: six-field NCRONTAB in UTC, and one late run when a slot was missed while the host was down. */
import { Cron } from 'croner';
import { parseNcrontab } from '../../../shared/settings/ncrontab';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TypedData } from './protocol';

/** Not "legacy": a day must be right in its month and in its week, as NCRONTAB means it. */
const UTC = { timezone: 'UTC', legacyMode: false } as const;

/** @returns undefined when the host would refuse the expression */
function cronerPattern(expression: string): string | undefined {
  return parseNcrontab(expression)
    ?.map((values) => values.join(','))
    .join(' ');
}

/** The next times of a schedule after a moment. @throws Error when the host would refuse it */
export function nextRuns(expression: string, count: number, after: Date): readonly Date[] {
  const pattern = cronerPattern(expression);
  if (pattern === undefined) throw new Error(`"${expression}" is no NCRONTAB expression.`);
  return new Cron(pattern, { ...UTC, paused: true }).nextRuns(count, after);
}

export class TimerSchedules {
  readonly #jobs: Cron[] = [];
  readonly #last: Record<string, string>;

  /** @param statusFile where the last runs are kept, as the real host keeps them in blobs */
  constructor(private readonly statusFile: string | undefined) {
    this.#last = statusFile === undefined ? {} : readStatus(statusFile);
  }

  /** @throws Error when the expression has not six fields or the real host would refuse it */
  add(functionName: string, expression: string, run: (data: TypedData) => Promise<void>): void {
    const pattern = cronerPattern(expression);
    if (pattern === undefined)
      throw new Error(`The schedule "${expression}" of ${functionName} is no NCRONTAB expression of six fields.`);
    const fire = async (isPastDue: boolean, job: Cron): Promise<void> => {
      const last = this.#last[functionName] ?? '0001-01-01T00:00:00Z';
      this.#last[functionName] = new Date().toISOString();
      this.#save();
      const status = { Last: last, LastUpdated: last, Next: job.nextRun()?.toISOString() };
      await run({
        json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: isPastDue }),
      });
    };
    // `protect` keeps one run at a time, as the real host's singleton does.
    const job = new Cron(pattern, { ...UTC, protect: true, catch: true }, (self: Cron) => fire(false, self));
    this.#jobs.push(job);
    const last = this.#last[functionName];
    const missed = last === undefined ? null : new Cron(pattern, UTC).nextRun(new Date(last));
    if (missed !== null && missed.getTime() < Date.now()) fire(true, job).catch(() => undefined);
    else if (last === undefined) this.#last[functionName] = new Date().toISOString();
    this.#save();
  }

  stop(): void {
    for (const job of this.#jobs) job.stop();
  }

  #save(): void {
    if (this.statusFile === undefined) return;
    mkdirSync(dirname(this.statusFile), { recursive: true });
    writeFileSync(this.statusFile, JSON.stringify(this.#last));
  }
}

function readStatus(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
