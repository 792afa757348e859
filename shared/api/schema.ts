/** The mapping, as Entra's synchronizationSchema: read, replace, reset; every version stays readable. */
import { randomUUID } from 'node:crypto';
import { tryParseJson } from '../http/tryParseJson';
import { DEFAULT_SCHEMA } from '../mapping/schema/DEFAULT_SCHEMA';
import { importSchema } from '../mapping/schema/importSchema';
import type { SchemaReport } from '../mapping/schema/SchemaReport';
import { isoTime } from '../model/Clock';
import { newCycleId } from '../model/Cycle';
import { DEFAULT_VERSION } from '../store/SchemasTable';
import type { Engine } from '../sync/Engine';
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

/** PUT …/schema: 200 with the report, or 400 with every problem; then everybody is evaluated anew. */
export async function putSchema(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const text = await readText(request, MAX_SCHEMA_LENGTH);
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
  const isSame = (await engine.store.schemas.text(before)) === stored;
  // Row keys sort by age. A repeated PUT of the same schema changes nothing.
  const id = isSame ? before : newCycleId(engine.clock.now(), randomUUID().slice(0, 8));
  if (!isSame) {
    await engine.store.schemas.put({ id, createdAt: isoTime(engine.clock.now()) }, stored);
    engine.telemetry.info('mapping.changed', { version: id, before });
  }
  return {
    status: 200,
    body: { version: id, cycleId: isSame ? null : await evaluateAnew(engine), report: reportView(imported.report) },
  };
}

/** DELETE …/schema: back to the built-in mapping. The versions stay. */
export async function deleteSchema(engine: Engine, request: ApiRequest): Promise<ApiResponse> {
  requireJob(request);
  const before = await engine.store.schemas.activeVersion();
  if (before === DEFAULT_VERSION) return { status: 200, body: { version: DEFAULT_VERSION, cycleId: null } };
  await engine.store.schemas.activate(DEFAULT_VERSION);
  engine.telemetry.info('mapping.changed', { version: DEFAULT_VERSION, before });
  return { status: 200, body: { version: DEFAULT_VERSION, cycleId: await evaluateAnew(engine) } };
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
