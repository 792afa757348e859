import { tryParseJson } from '../http/tryParseJson';
import { defaultMapping } from '../mapping/defaultMapping';
import type { Mapping } from '../mapping/Mapping';
import { importSchema } from '../mapping/schema/importSchema';
import { ConnectorError } from '../model/ConnectorError';
import { sourceAttribute } from '../model/SourceAttribute';
import { DEFAULT_VERSION } from '../store/SchemasTable';
import type { Engine } from './Engine';

/** A version never changes, so what was imported once is kept; a handful is ever in use. */
const imported = new Map<string, Mapping>();
const MAX_KEPT = 8;

/**
 * The engine of one cycle: with the mapping version that the cycle began with, reading just its attributes. A mapping that
 * is changed while a cycle runs waits for the next one, so nobody is evaluated without the attributes it needs.
 *
 * @throws ConnectorError ConfigurationInvalid when the stored version is gone or no longer valid
 */
export async function withMapping(engine: Engine, version: string): Promise<Engine> {
  const mapping = await mappingOf(engine, version);
  const attributes = mapping.sourceAttributes.flatMap((name) => sourceAttribute(name) ?? []);
  return { ...engine, mapping, entra: engine.entra.selecting(attributes) };
}

async function mappingOf(engine: Engine, version: string): Promise<Mapping> {
  if (version === DEFAULT_VERSION) return defaultMapping;
  const known = imported.get(version);
  if (known !== undefined) return known;
  const text = await engine.schemas.text(version);
  const result = text === undefined ? undefined : importSchema(tryParseJson(text));
  if (result?.ok !== true) {
    throw new ConnectorError(
      `The stored mapping ${version} cannot be used. Put the schema again (PUT …/schema) or reset it (DELETE …/schema).`,
      { code: 'ConfigurationInvalid', sent: false, repeatable: false, scope: 'job' },
    );
  }
  if (imported.size >= MAX_KEPT) imported.clear();
  imported.set(version, result.mapping);
  return result.mapping;
}
