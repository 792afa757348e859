/** The mapping, as Entra's synchronizationSchema: read, replace, reset; every version stays readable. */
import { randomUUID } from 'node:crypto';
import { tryParseJson } from '../http/tryParseJson';
import { defaultMapping } from '../mapping/defaultMapping';
import { DEFAULT_SCHEMA } from '../mapping/schema/DEFAULT_SCHEMA';
import { importSchema } from '../mapping/schema/importSchema';
import type { SchemaReport } from '../mapping/schema/SchemaReport';
import { isoTime } from '../model/Clock';
import { newCycleId } from '../model/Cycle';
import { digest } from '../model/hash';
import { DEFAULT_VERSION } from '../store/SchemasTable';
import type { Engine } from '../sync/Engine';
import { forecastMapping, needsConfirmation, type Foretold, type MappingForecast } from '../sync/plan/forecastMapping';
import { startCycle } from '../sync/cycle/startCycle';
import type { ApiRequest, ApiResponse } from './ApiResponse';
import { JOB_ID, requireJob } from './jobOf';
import { Problem } from './Problem';
import { readText } from './readBody';

/** Exports with both directories have a few hundred thousand characters. */
const MAX_SCHEMA_LENGTH = 4_000_000;
const VERSIONS_PATH = `/api/synchronization/jobs/${JOB_ID}/schema/versions`;
const VERSION_ID = /^[0-9]{16}-[a-z0-9]{1,40}$/;

/** GET …/schema: the active schema, as it was put. */
export async function getSchema(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const version = await engine.store.schemas.activeVersion();
  return { status: 200, headers: { etag: `"${version}"` }, body: await schemaOf(engine, version) };
}

/**
 * PUT …/schema: 200 with the report and a forecast, or 400 with every problem; then everybody is evaluated anew.
 * `?dryRun=true` stores nothing. A mapping that puts more than a tenth of the managed people at risk answers 409 until
 * `?confirm=` names its forecast.
 */
export async function putSchema(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const asked = askedFor(request);
  const text = await readText(request, MAX_SCHEMA_LENGTH);
  // A file that another program has broken before.
  if (text.includes('\uFFFD')) {
    throw new Problem(400, 'InvalidJson', 'The body is not valid UTF-8. Send the file as Entra exported it.');
  }
  const json = tryParseJson(text.replace(/^\uFEFF/u, ''));
  if (json === undefined) {
    throw new Problem(400, 'InvalidJson', 'The body is not valid JSON. Send the file as Entra exported it.');
  }
  const imported = importSchema(json);
  if (!imported.ok) {
    throw new Problem(
      400,
      'InvalidSchema',
      `The schema has ${imported.problems.length} problem(s); nothing was changed. Mend them and put it again.`,
      { problems: imported.problems, report: reportView(imported.report) },
    );
  }
  const stored = JSON.stringify(json);
  const before = await engine.store.schemas.activeVersion();
  const report = reportView(imported.report);
  const forecast = await forecastMapping(engine, imported.mapping, digest(stored));
  if (asked.isDryRun)
    return { status: 200, body: { version: null, cycleId: null, forecast: forecastView(forecast), report } };
  requireConfirmation(forecast, asked.confirmed, { report });
  const isSame = (await engine.store.schemas.text(before)) === stored;
  // Row keys sort by age. A repeated PUT of the same schema changes nothing.
  const id = isSame ? before : newCycleId(engine.clock.now(), randomUUID().slice(0, 8));
  if (!isSame) {
    await engine.store.schemas.put({ id, createdAt: isoTime(engine.clock.now()) }, stored);
    engine.telemetry.info('mapping.changed', { version: id, before });
  }
  return {
    status: 200,
    body: {
      version: id,
      cycleId: isSame ? null : await evaluateAnew(engine),
      forecast: forecastView(forecast),
      report,
    },
  };
}

/** DELETE …/schema: back to the built-in mapping, with a forecast, `?dryRun` and `?confirm` as for PUT. The versions stay. */
export async function deleteSchema(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const asked = askedFor(request);
  const before = await engine.store.schemas.activeVersion();
  const forecast = await forecastMapping(engine, defaultMapping, DEFAULT_VERSION);
  const told = { forecast: forecastView(forecast) };
  if (asked.isDryRun) return { status: 200, body: { version: null, cycleId: null, ...told } };
  if (before === DEFAULT_VERSION) return { status: 200, body: { version: DEFAULT_VERSION, cycleId: null, ...told } };
  requireConfirmation(forecast, asked.confirmed);
  await engine.store.schemas.activate(DEFAULT_VERSION);
  engine.telemetry.info('mapping.changed', { version: DEFAULT_VERSION, before });
  return { status: 200, body: { version: DEFAULT_VERSION, cycleId: await evaluateAnew(engine), ...told } };
}

/** @throws Problem 400 for a `dryRun` that is neither true nor false */
function askedFor({ query }: ApiRequest): { readonly isDryRun: boolean; readonly confirmed: string | null } {
  const dryRun = query.get('dryRun') ?? 'false';
  if (dryRun !== 'true' && dryRun !== 'false') {
    throw new Problem(400, 'InvalidDryRun', 'Write dryRun=true to store nothing, or leave it out.');
  }
  return { isDryRun: dryRun === 'true', confirmed: query.get('confirm') };
}

/** @throws Problem 409 while nobody said that so many may lose access */
function requireConfirmation(
  forecast: MappingForecast,
  confirmed: string | null,
  more: Readonly<Record<string, unknown>> = {},
): void {
  if (!needsConfirmation(forecast) || confirmed === forecast.hash) return;
  const { atRisk, managed, hash } = forecast;
  throw new Problem(
    409,
    'ConfirmationRequired',
    `With this mapping ${atRisk} of ${managed} managed people would lose access, would have no valid values, or cannot be foreseen; nothing was changed. Look at the forecast; if it is what you mean, repeat the request with ?confirm=${hash}.`,
    { forecast: forecastView(forecast), ...more },
  );
}

function forecastView(forecast: MappingForecast) {
  const { people, managed, unknown, atRisk, hash } = forecast;
  const of = ({ count, named }: Foretold) => ({
    count,
    people: named.map(({ sourceId, displayName, foreseen }) => ({
      id: sourceId,
      displayName,
      ...('reason' in foreseen ? { reason: foreseen.reason, why: foreseen.why } : {}),
      ...('attributes' in foreseen ? { attributes: foreseen.attributes } : {}),
    })),
  });
  return {
    hash,
    confirmationRequired: needsConfirmation(forecast),
    people,
    managed,
    atRisk,
    leaves: of(forecast.leaves),
    invalid: of(forecast.invalid),
    leftOut: of(forecast.leftOut),
    joins: of(forecast.joins),
    changes: of(forecast.changes),
    unknown,
  };
}

/** GET …/schema/versions: newest first, the built-in one last. */
export async function listSchemaVersions(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const active = await engine.store.schemas.activeVersion();
  const stored = [...(await engine.store.schemas.versions())].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const value = [...stored, { id: DEFAULT_VERSION, createdAt: null }].map(({ id, createdAt }) => ({
    id,
    createdDateTime: createdAt,
    isActive: id === active,
    location: `${request.origin}${VERSIONS_PATH}/${id}`,
  }));
  return { status: 200, body: { value } };
}

/** GET …/schema/versions/{id} */
export async function getSchemaVersion(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  return { status: 200, body: await schemaOf(engine, request.params['id'] ?? '') };
}

async function schemaOf(engine: Engine, version: string): Promise<unknown> {
  if (version === DEFAULT_VERSION) return DEFAULT_SCHEMA;
  const text = VERSION_ID.test(version) ? await engine.store.schemas.text(version) : undefined;
  if (text === undefined) {
    throw new Problem(404, 'VersionNotFound', 'There is no such version. GET …/schema/versions lists them.');
  }
  return tryParseJson(text);
}

/** A full cycle now; while another runs, the next one becomes full by itself because its mapping is new. */
async function evaluateAnew(engine: Engine): Promise<string | null> {
  const started = await startCycle(engine, { mode: 'full', trigger: 'http', orNext: true });
  return started.started ? started.cycle.id : null;
}

const reportView = ({ entries }: SchemaReport) => {
  const of = (kind: SchemaReport['entries'][number]['kind']) =>
    entries.filter((entry) => entry.kind === kind).map(({ pointer, what, why }) => ({ pointer, what, why }));
  return { taken: of('taken'), ignored: of('ignored'), needsDecision: of('decision') };
};
