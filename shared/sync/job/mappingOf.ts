import { tryParseJson } from '../../http/tryParseJson';
import { defaultMapping } from '../../mapping/defaultMapping';
import type { Mapping } from '../../mapping/Mapping';
import { importSchema } from '../../mapping/schema/importSchema';
import { ConnectorError } from '../../model/ConnectorError';
import { DEFAULT_VERSION } from '../../store/SchemasTable';
import type { WithStore } from '../Engine';

/** A version never changes, so what was imported once is kept; a handful is ever in use. */
const imported = new Map<string, Mapping>();
const MAX_KEPT = 8;

/**
 * The mapping of a cycle, by the version it began with. A mapping that is changed while a cycle runs waits for the next
 * one, so nobody is evaluated without the attributes it needs.
 *
 * @throws ConnectorError ConfigurationInvalid when the stored version is gone or no longer valid
 */
export async function mappingOf(engine: WithStore, version: string): Promise<Mapping> {
  if (version === DEFAULT_VERSION) return defaultMapping;
  const known = imported.get(version);
  if (known !== undefined) return known;
  const text = await engine.store.schemas.text(version);
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
