/** Timer triggers: six-field NCRONTAB in UTC, and one late run when a slot was missed while the host was down. */
import { Cron } from 'croner';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TypedData } from './protocol';

export class TimerSchedules {
  readonly #jobs: Cron[] = [];
  readonly #last: Record<string, string>;

  /** @param statusFile where the last runs are kept, as the real host keeps them in blobs */
  constructor(private readonly statusFile: string | undefined) {
    this.#last = statusFile === undefined ? {} : readStatus(statusFile);
  }

  /** @throws Error when the expression has not six fields or is not valid */
  add(functionName: string, expression: string, run: (data: TypedData) => Promise<void>): void {
    if (expression.trim().split(/\s+/).length !== 6)
      throw new Error(`The schedule "${expression}" of ${functionName} has not six fields.`);
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
    const job = new Cron(expression, { timezone: 'UTC', protect: true, catch: true }, (self: Cron) =>
      fire(false, self),
    );
    this.#jobs.push(job);
    const last = this.#last[functionName];
    const missed = last === undefined ? null : new Cron(expression, { timezone: 'UTC' }).nextRun(new Date(last));
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
