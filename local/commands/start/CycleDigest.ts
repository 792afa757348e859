/** What became of people in one cycle, in a line that a person reads, from the events that machines read. */
import { z } from 'zod';

const event = z.looseObject({
  evt: z.string(),
  cycleId: z.string().nullish(),
  sourceId: z.string().nullish(),
  action: z.string().nullish(),
  status: z.string().nullish(),
  reason: z.string().nullish(),
  code: z.string().nullish(),
  state: z.string().nullish(),
  ms: z.number().nullish(),
});

const CHANGED = 'changed';
const DONE: Readonly<Record<string, string>> = {
  create: 'joined',
  link: 'linked',
  update: CHANGED,
  disable: 'left',
  delete: 'deleted',
  reenable: 'came back',
};
/** So many are named; the rest is counted. */
const NAMED = 5;

export class CycleDigest {
  /** By cycle, what happened to whom, by object id. */
  readonly #cycles = new Map<string, Map<string, string[]>>();

  /** @param nameOf the name of a person by the object id */
  constructor(private readonly nameOf: (sourceId: string) => string) {}

  /** @returns the cycle that the event ends, with a line where something happened in it */
  read(message: string): { readonly cycleId: string; readonly line?: string } | undefined {
    const parsed = event.safeParse(jsonOf(message));
    if (!parsed.success) return undefined;
    const { evt, cycleId, sourceId, action, status, reason, code, state, ms } = parsed.data;
    if (cycleId === undefined || cycleId === null) return undefined;
    if (evt === 'change.applied' && sourceId && status === 'success')
      this.#add(cycleId, DONE[action ?? ''] ?? String(action), sourceId);
    else if (evt === 'change.failed' && sourceId) this.#add(cycleId, `failed (${code ?? reason ?? '?'})`, sourceId);
    if (evt !== 'cycle.finished' && evt !== 'cycle.failed') return undefined;
    const happened = toldOnce(this.#cycles.get(cycleId) ?? new Map<string, string[]>());
    this.#cycles.delete(cycleId);
    if (happened.length === 0 && evt === 'cycle.finished') return { cycleId };
    const what = happened.map(([kind, people]) => `${kind}: ${this.#namesOf(people)}`).join(' · ');
    const took = `${((ms ?? 0) / 1_000).toFixed(1)} s`;
    return { cycleId, line: `cycle ${state ?? 'failed'} in ${took}${what === '' ? '' : `  ${what}`}` };
  }

  #add(cycleId: string, kind: string, sourceId: string): void {
    const cycle = this.#cycles.get(cycleId) ?? new Map<string, string[]>();
    this.#cycles.set(cycleId, cycle);
    cycle.set(kind, [...(cycle.get(kind) ?? []), sourceId]);
  }

  #namesOf(people: readonly string[]): string {
    const more = people.length - NAMED;
    const names = people.slice(0, NAMED).map((id) => this.nameOf(id));
    return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
}

/** Whoever joined is moved to a group too, which is no news. */
function toldOnce(happened: ReadonlyMap<string, readonly string[]>): readonly (readonly [string, readonly string[]])[] {
  const others = new Set([...happened].flatMap(([kind, people]) => (kind === CHANGED ? [] : people)));
  return [...happened]
    .map(([kind, people]) => [kind, kind === CHANGED ? people.filter((id) => !others.has(id)) : people] as const)
    .filter(([, people]) => people.length > 0);
}

function jsonOf(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
