/** The connector as its API shows it, for whoever watches a run. */
import { z } from 'zod';

export const JOB_PATH = '/api/synchronization/jobs/gotomeeting';

const cycleSchema = z.object({
  id: z.string(),
  state: z.string(),
  startDateTime: z.string(),
  endDateTime: z.string().nullable(),
  progress: z.object({
    expected: z.number(),
    done: z.number(),
    ratePerSecond: z.number(),
    secondsLeft: z.number().nullable(),
  }),
  counts: z.record(z.string(), z.number()),
  skippedByReason: z.record(z.string(), z.number()),
  calls: z.record(z.string(), z.number()),
  warnings: z.array(z.string()),
  error: z.string().nullable(),
});
export type CycleView = z.output<typeof cycleSchema>;

const entrySchema = z
  .object({
    sourceIdentity: z.object({ id: z.string(), displayName: z.string().nullable() }),
    provisioningStatusInfo: z.object({ errorInformation: z.object({ errorCode: z.string() }).nullable() }),
    provisioningSteps: z.array(z.object({ details: z.object({ SkipReason: z.string().optional() }) })),
  })
  .transform(({ sourceIdentity, provisioningStatusInfo, provisioningSteps }) => ({
    sourceId: sourceIdentity.id,
    displayName: sourceIdentity.displayName ?? sourceIdentity.id,
    reason: provisioningStatusInfo.errorInformation?.errorCode ?? provisioningSteps.at(-1)?.details.SkipReason ?? '?',
  }));
/** Somebody who got nothing in a cycle, with the reason's or error's code. */
export type LeftOut = z.output<typeof entrySchema>;

export class ConnectorView {
  constructor(
    private readonly origin: string,
    private readonly key: string,
  ) {}

  /** What keeps the connector from working at all, each with its mend: settings that are wrong. */
  async problems(): Promise<readonly string[]> {
    const health = z.object({ problems: z.array(z.string()) }).safeParse(await this.#call('GET', '/api/health'));
    return health.data?.problems ?? [];
  }

  /** The cycle that was started first, of the newest hundred. */
  async firstCycle(): Promise<CycleView | undefined> {
    const list = z
      .object({ value: z.array(cycleSchema) })
      .safeParse(await this.#call('GET', `${JOB_PATH}/cycles?$top=100`));
    return list.success ? list.data.value.at(-1) : undefined;
  }

  /** A cycle by its id; undefined where it is not told. */
  async cycle(id: string): Promise<CycleView | undefined> {
    return cycleSchema.safeParse(await this.#call('GET', `${JOB_PATH}/cycles/${id}`)).data;
  }

  /** Asks for a cycle instead of waiting for the timer. */
  async sync(): Promise<void> {
    await this.#call('POST', `${JOB_PATH}/sync`);
  }

  /** Everybody who was skipped in a cycle, or whose change failed or waits. */
  async leftOut(cycleId: string): Promise<readonly LeftOut[]> {
    const pageSchema = z.object({ value: z.array(entrySchema), '@odata.nextLink': z.string().optional() });
    const filter = `cycleId eq '${cycleId}' and provisioningStatusInfo/status ne 'success'`;
    const people: LeftOut[] = [];
    let next: string | undefined = `/api/auditLogs/provisioning?$top=1000&$filter=${encodeURIComponent(filter)}`;
    while (next !== undefined) {
      const page: z.output<typeof pageSchema> = pageSchema.parse(await this.#call('GET', next));
      people.push(...page.value);
      next = page['@odata.nextLink']?.replace(this.origin, '');
    }
    return people;
  }

  async #call(method: string, path: string): Promise<unknown> {
    return (await fetch(`${this.origin}${path}`, { method, headers: { 'x-functions-key': this.key } })).json();
  }
}
