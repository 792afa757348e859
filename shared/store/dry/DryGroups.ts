import { GroupsTable, type SourceName } from '../GroupsTable';

/** Groups as stored, with the names a dry run read; nothing is written. */
export class DryGroups extends GroupsTable {
  readonly #names = new Map<string, SourceName>();

  override async names(): Promise<Map<string, SourceName>> {
    return new Map([...(await super.names()), ...this.#names]);
  }

  override putNames(names: ReadonlyMap<string, SourceName>): Promise<void> {
    for (const [id, name] of names) this.#names.set(id, name);
    return Promise.resolve();
  }
}
