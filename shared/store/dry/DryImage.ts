import type { Assignment } from '../../model/Assignment';
import { ImageTable } from '../ImageTable';

/** The image of Entra as stored, with what a dry run read on top; nothing is written. */
export class DryImage extends ImageTable {
  #assignments: readonly Assignment[] | undefined;
  /** Null: forgotten. */
  readonly #groups = new Map<string, Set<string> | null>();
  readonly #reads = new Map<string, (readonly string[])[]>();

  override async assignments(): Promise<Assignment[]> {
    return this.#assignments === undefined ? super.assignments() : [...this.#assignments];
  }

  override putAssignments(values: readonly Assignment[]): Promise<void> {
    this.#assignments = values;
    return Promise.resolve();
  }

  override async *groups(): AsyncGenerator<{ readonly id: string; readonly members: readonly string[] }> {
    for await (const group of super.groups()) if (!this.#groups.has(group.id)) yield group;
    for (const [id, members] of this.#groups) if (members !== null) yield { id, members: [...members] };
  }

  override async members(groupId: string): Promise<Set<string> | undefined> {
    const own = this.#groups.get(groupId);
    return own === undefined ? super.members(groupId) : (own ?? undefined);
  }

  override addPage(groupId: string, generation: string, page: number, members: readonly string[]): Promise<void> {
    const read = this.#reads.get(`${groupId}/${generation}`) ?? [];
    read[page] = members;
    this.#reads.set(`${groupId}/${generation}`, read);
    return Promise.resolve();
  }

  override pagesOf(groupId: string, generation: string, pages: number): Promise<Set<string>> {
    return Promise.resolve(new Set(this.#reads.get(`${groupId}/${generation}`)?.slice(0, pages).flat()));
  }

  override async switchTo(groupId: string, generation: string, pages: number): Promise<void> {
    this.#groups.set(groupId, await this.pagesOf(groupId, generation, pages));
  }

  override putMembers(groupId: string, _generation: string, members: ReadonlySet<string>): Promise<void> {
    this.#groups.set(groupId, new Set(members));
    return Promise.resolve();
  }

  override forget(groupId: string): Promise<void> {
    this.#groups.set(groupId, null);
    return Promise.resolve();
  }
}
