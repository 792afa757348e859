import { DEFAULT_SCHEMA } from './schema/DEFAULT_SCHEMA';
import { importSchema } from './schema/importSchema';
import type { Mapping } from './Mapping';

/** What runs before any import: mail or userPrincipalName → email, names, preferredLanguage → locale, active. */
export const defaultMapping: Mapping = (() => {
  const imported = importSchema(DEFAULT_SCHEMA);
  if (imported.ok) return imported.mapping;
  throw new Error(`The built-in schema is broken: ${imported.problems.map((problem) => problem.message).join(' ')}`);
})();
