/**
 * What another mapping would make of everybody, before it counts: by the stored facts, without GoTo. Attributes that no
 * mapping has read yet are read from Entra, and not stored.
 */
import { setImmediate } from 'node:timers/promises';
import { inParallel } from '../../concurrency/inParallel';
import type { Mapping } from '../../mapping/Mapping';
import { digest } from '../../model/hash';
import { lastTie } from '../../model/ManagedPerson';
import type { Person } from '../../model/Person';
import { sourceAttribute } from '../../model/SourceAttribute';
import { Entitlements } from '../../rules/Entitlements';
import { foresee, type ForesightPolicy, type Foreseen } from '../../rules/foresee';
import { PEOPLE_BUCKETS, type Someone } from '../../store/PeopleTable';
import { KnownApp } from '../../store/state/KnownApp';
import { Watermark } from '../../store/state/Watermark';
import type { Engine, WithStore } from '../Engine';
import { mappingOf } from '../job/mappingOf';
import { nestingOf } from './nestingOf';
import { lastKnown } from './record/gather';
import { readLooked } from './sources/readLooked';
import { SourceSnapshot } from './SourceSnapshot';

/** People the answer names of each kind. */
const NAMED = 10;
/** The answer is there in time for whoever waits, in ms; who was not looked at by then counts as unknown. */
const PATIENCE_MS = 60_000;
/** Others get their turn after so many people. */
const AT_ONCE = 25;
const PARALLEL_BUCKETS = 8;
/** How many are looked at in time is another number each time: a hash of them could never be confirmed. */
const CUT_SHORT = 'not everybody was looked at';

type Noteworthy = Exclude<Foreseen, { readonly kind: 'same' }>;

export interface ForetoldPerson {
  readonly sourceId: string;
  readonly displayName: string;
  readonly foreseen: Noteworthy;
}

export interface Foretold {
  readonly count: number;
  /** The first ten by name. */
  readonly named: readonly ForetoldPerson[];
}

export type MappingForecast = Readonly<Record<Noteworthy['kind'], Foretold>> & {
  /** Everybody who is assigned or has an account of ours. */
  readonly people: number;
  /** Of them, those whose account is active. */
  readonly managed: number;
  /** Not looked at in time. */
  readonly unknown: number;
  /** People with an active account who would leave or become invalid, or of whom nothing is known. */
  readonly atRisk: number;
  /** Names this forecast: the mapping, and who leaves or becomes invalid, or that not everybody was looked at in time. */
  readonly hash: string;
};

/** More than a tenth of the managed people at risk: somebody must say that this is meant. */
export const needsConfirmation = ({ atRisk, managed }: MappingForecast): boolean => atRisk * 10 > managed;

/**
 * @param after the mapping in question
 * @param name tells it from others, for the hash
 * @throws ConnectorError of Entra, when attributes have to be read, or of the tables
 */
export async function forecastMapping(engine: Engine, after: Mapping, name: string): Promise<MappingForecast> {
  const { store, clock } = engine;
  const rows = await store.job.read();
  const app = KnownApp.of(rows);
  const before = await mappingOf(engine, await store.schemas.activeVersion());
  const snapshot = await SourceSnapshot.of(
    await store.image.assignments(),
    await nestingOf(store, engine.policy),
    store.image.groups(),
  );
  const policy: ForesightPolicy = {
    policy: { ...engine.policy, mapping: before },
    entitlements: new Entitlements(
      engine.policy.roleEntitlements,
      app?.appRoles ?? [],
      engine.policy.provisionDefaultAccess,
    ),
    after,
  };
  const needed = [...new Set([...before.sourceAttributes, ...after.sourceAttributes])];
  const read = propertiesOf(await storedAttributes(engine, Watermark.of(rows)?.mappingVersion));
  const isRead = [...propertiesOf(needed)].every((property) => read.has(property));
  const source = { entra: engine.entra.selecting(needed.flatMap((one) => sourceAttribute(one) ?? [])) };

  const until = clock.now() + PATIENCE_MS;
  const told: ForetoldPerson[] = [];
  const late = new Set<string>();
  const sums = { people: 0, managed: 0, unknown: 0, atRisk: 0 };
  const buckets = [...Array(PEOPLE_BUCKETS).keys()];
  await inParallel(buckets, PARALLEL_BUCKETS, async (index) => {
    const concerned = (await store.people.bucket(index)).filter(
      (one) => snapshot.isAssigned(one.sourceId) || linkOf(one) !== null,
    );
    const fresh =
      isRead || clock.now() > until
        ? undefined
        : await readLooked(
            source,
            concerned.map((one) => one.sourceId),
            'forecast',
          );
    for (const [place, someone] of concerned.entries()) {
      if (place % AT_ONCE === 0) await setImmediate();
      const { sourceId, facts } = someone;
      const link = linkOf(someone);
      const isManaged = link?.state === 'active';
      sums.people += 1;
      if (isManaged) sums.managed += 1;
      const seen = fresh?.get(sourceId) ?? facts;
      if (clock.now() > until) late.add(sourceId);
      if (late.has(sourceId) || (seen.attributes === null && seen.deleted === 'no')) {
        sums.unknown += 1;
        if (isManaged) sums.atRisk += 1;
        continue;
      }
      const person: Person | undefined =
        seen.attributes === null || seen.deleted !== 'no' ? undefined : { id: sourceId, attributes: seen.attributes };
      const foreseen = foresee(
        {
          sourceId,
          person,
          lastKnown: lastKnown(someone),
          deleted: seen.deleted === 'no' ? undefined : seen.deleted,
          roleIds: snapshot.roleIdsOf(sourceId),
          link,
          nowMs: clock.now(),
        },
        policy,
      );
      if (foreseen.kind === 'same') continue;
      if (isManaged && (foreseen.kind === 'leaves' || foreseen.kind === 'invalid')) sums.atRisk += 1;
      told.push({ sourceId, displayName: facts.displayName, foreseen });
    }
  });
  return {
    ...sums,
    ...byKind(told),
    hash: late.size > 0 ? digest([name, CUT_SHORT]) : hashOf(name, told, sums.unknown),
  };
}

const linkOf = ({ managed }: Someone) => (managed === 'unreadable' ? null : lastTie(managed.person));

/** The attributes that the stored facts hold: those of the mapping with which Entra was read. */
async function storedAttributes(engine: WithStore, version: string | undefined): Promise<readonly string[]> {
  return version === undefined ? [] : (await mappingOf(engine, version)).sourceAttributes;
}

/** What Graph is asked for; attributes that the connector computes need no reading. */
const propertiesOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.filter((name) => sourceAttribute(name)?.property !== null));

const byName = (a: ForetoldPerson, b: ForetoldPerson): number =>
  a.displayName.localeCompare(b.displayName) || (a.sourceId < b.sourceId ? -1 : 1);

function byKind(told: readonly ForetoldPerson[]): Record<Noteworthy['kind'], Foretold> {
  const of = (kind: Noteworthy['kind']): Foretold => {
    const own = told.filter((one) => one.foreseen.kind === kind).sort(byName);
    return { count: own.length, named: own.slice(0, NAMED) };
  };
  return {
    leaves: of('leaves'),
    invalid: of('invalid'),
    leftOut: of('leftOut'),
    joins: of('joins'),
    changes: of('changes'),
  };
}

const hashOf = (name: string, told: readonly ForetoldPerson[], unknown: number): string => {
  const ids = (kind: Foreseen['kind']): string[] =>
    told
      .filter((one) => one.foreseen.kind === kind)
      .map((one) => one.sourceId)
      .sort();
  return digest([name, ids('leaves'), ids('invalid'), unknown]);
};
