/**
 * One person's story: what is stored of them, and what Entra and GoTo show now, judged as a cycle would. Writes nothing.
 * Whatever does not answer is left out and named: the rest is told all the same.
 */
import { within } from '../../concurrency/within';
import type { Caller } from '../../goto/GotoClient';
import type { License } from '../../model/Account';
import type { EnterpriseApp } from '../../model/Assignment';
import { isoTime } from '../../model/Clock';
import { ConnectorError } from '../../model/ConnectorError';
import type { Link } from '../../model/Link';
import { lastTie } from '../../model/ManagedPerson';
import type { LogEntry } from '../../model/LogEntry';
import { textOf } from '../../model/Person';
import type { StoredMark } from '../../store/DirtyTable';
import type { Someone } from '../../store/PeopleTable';
import { AwaitedApproval, type Awaited } from '../../store/state/AwaitedApproval';
import { KnownApp } from '../../store/state/KnownApp';
import { searchAccount, type Search } from '../apply/look';
import type { Engine } from '../Engine';
import { firstPlan } from '../cycle/firstPlan';
import { jobStateOf, type JobState } from '../job/jobState';
import { PlanContext } from '../plan/PlanContext';
import { addressesOf, judgeBySource, judgedAgain, type Judged } from './judgeNow';
import { demandCycle } from './oneRow';

/** Longest wait for either side, in ms: whoever asks has a person on the phone. */
const PATIENCE_MS = 8_000;
/** Entries of the log that are told. */
const RECENT = 10;

/** Why one side is not told of. */
export interface Silence {
  readonly code: string;
  readonly message: string;
}

/** What Entra says now. */
export interface SeenInEntra {
  readonly context: PlanContext;
  /** What a cycle would do now; by what is remembered of GoTo where GoTo did not answer. */
  readonly judged: Judged;
  /** What is to be done shows in GoTo alone: a cycle that does not read all of GoTo does not see it. */
  readonly isOfGotoAlone: boolean;
}

/** What GoTo shows now. */
export interface SeenInGoto {
  readonly search: Search;
  /** All licences of the company, for their names; empty when GoTo did not tell. */
  readonly licenses: readonly License[];
}

export interface Explained {
  readonly sourceId: string;
  readonly someone: Someone;
  readonly mark: StoredMark | undefined;
  /** The newest entries of the log, newest first. */
  readonly recent: readonly LogEntry[];
  /** The enterprise application as last read. */
  readonly app: EnterpriseApp | undefined;
  /** Whether the job may work. */
  readonly job: JobState;
  /** Nothing is done for anybody before the first plan was applied. */
  readonly isFirstPlanWaiting: boolean;
  /** The plan in which the person's removal waits for an approval. */
  readonly staged: Awaited | undefined;
  readonly entra: SeenInEntra | Silence;
  readonly goto: SeenInGoto | Silence;
}

/** @throws ConnectorError StorageUnreachable; nothing for what Entra or GoTo answer */
export async function explainPerson(engine: Engine, sourceId: string): Promise<Explained> {
  const caller: Caller = { pacer: engine.pacing.guest };
  // Each request to GoTo waits for its turn at the rate that all share: both wait at once.
  const [{ entra, search, ...stored }, licenses] = await Promise.all([
    readAndSearch(engine, sourceId, caller),
    askGoto(engine, () => engine.accounts.knownLicenses(caller)),
  ]);
  if (isSilence(search)) return { sourceId, ...stored, entra, goto: search };
  return {
    sourceId,
    ...stored,
    entra: isSilence(entra) ? entra : seenBoth(entra, search),
    goto: { search, licenses: isSilence(licenses) ? [] : licenses },
  };
}

async function readAndSearch(engine: Engine, sourceId: string, caller: Caller) {
  const [stored, entra] = await Promise.all([
    readStored(engine, sourceId),
    patiently('Entra', () => askEntra(engine, sourceId)),
  ]);
  const link = isSilence(entra) ? storedLink(stored.someone) : entra.judged.read.facts(null).managed.link;
  const addresses = isSilence(entra) ? [] : placesToLook(entra.judged);
  const search = await askGoto(engine, () => searchAccount(engine, link, addresses, caller));
  return { ...stored, entra, search };
}

const storedLink = ({ managed }: Someone): Link | null => (managed === 'unreadable' ? null : lastTie(managed.person));

export const isSilence = (told: object): told is Silence => 'code' in told && 'message' in told;

async function readStored(engine: Engine, sourceId: string) {
  const { store } = engine;
  const [someone, mark, rows] = await Promise.all([
    store.people.someone(sourceId),
    store.dirty.get(sourceId),
    store.job.read(),
  ]);
  const awaited = AwaitedApproval.of(rows);
  const recent: LogEntry[] = [];
  let staged: Awaited | undefined;
  for await (const entry of store.people.log(sourceId)) {
    if (recent.length < RECENT) recent.push(entry);
    if (entry.cycleId === awaited?.cycleId && entry.errorCode === 'AwaitingApproval') staged = awaited;
    // Ids of older cycles sort behind.
    if (recent.length === RECENT && (awaited === undefined || entry.cycleId > awaited.cycleId)) break;
  }
  // Removals of an older cycle may have been approved later.
  recent.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1));
  const isFirstPlanWaiting = (await firstPlan(engine, rows)) !== undefined;
  return { someone, mark, recent, staged, app: KnownApp.of(rows), job: jobStateOf(rows), isFirstPlanWaiting };
}

async function askEntra(engine: Engine, sourceId: string): Promise<SeenInEntra> {
  const cycle = demandCycle(engine, await engine.store.schemas.activeVersion(), true);
  const context = await PlanContext.open({ ...engine, store: engine.store.dry() }, cycle);
  return { context, judged: await judgeBySource(context, { sourceId, cycleId: cycle.id }), isOfGotoAlone: false };
}

async function askGoto<T extends object>(engine: Engine, work: () => Promise<T>): Promise<T | Silence> {
  const connection = await engine.connection.state();
  if (!connection.connected) return { code: 'NotConnected', message: connection.toDo };
  const until = await engine.pacing.waitingUntil();
  if (until > engine.clock.now())
    return { code: 'TooManyRequests', message: `GoTo demands a wait until ${isoTime(until)}.` };
  return patiently('GoTo', work);
}

async function patiently<T extends object>(service: string, work: () => Promise<T>): Promise<T | Silence> {
  const late: Silence = {
    code: 'Timeout',
    message: `${service} did not answer within ${PATIENCE_MS / 1_000} seconds.`,
  };
  const told = work().catch((error: unknown): Silence => {
    if (!(error instanceof ConnectorError) || error.code === 'StorageUnreachable') throw error;
    return { code: error.code, message: error.message };
  });
  return within(PATIENCE_MS, told, late);
}

/** Whoever is not to have an account is looked for by what they are called in Entra: there may be one of somebody else's making. */
function placesToLook(judged: Judged): readonly string[] {
  const { person, facts } = judged.read;
  const wanted = addressesOf(judged);
  const isLinked = facts(null).managed.link !== null;
  if (wanted !== undefined || isLinked || person === undefined) return wanted ?? [];
  return [textOf(person, 'mail'), textOf(person, 'userPrincipalName')].filter((one) => one !== null);
}

function seenBoth(seen: SeenInEntra, search: Search): SeenInEntra {
  const { context, judged } = seen;
  if (addressesOf(judged) === undefined) return seen;
  const again = judgedAgain(context, judged, search);
  return { context, judged: again, isOfGotoAlone: again.isOpen && !judged.isOpen };
}
