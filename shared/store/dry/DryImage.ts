import type { Assignment } from '../../model/Assignment';
import { ImageTable, type GroupMembers, type KnownGroup, type ListedPage } from '../ImageTable';

interface ReadPage {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** The image of Entra as stored, with what a dry run read on top; nothing is written. */
export class DryImage extends ImageTable {
  #assignments: readonly Assignment[] | undefined;
  readonly #listed: ListedPage[] = [];
  /** Null: forgotten. */
  readonly #groups = new Map<string, (GroupMembers & { readonly generation: string }) | null>();
  readonly #reads = new Map<string, ReadPage[]>();

  override async assignments(): Promise<Assignment[]> {
    return this.#assignments === undefined ? super.assignments() : [...this.#assignments];
  }

  override putAssignments(values: readonly Assignment[]): Promise<void> {
    this.#assignments = values;
    return Promise.resolve();
  }

  override listPage(_generation: string, page: number, listed: ListedPage): Promise<void> {
    this.#listed[page] = listed;
    return Promise.resolve();
  }

  override listedPages(_generation: string, pages: number): Promise<ListedPage[]> {
    return Promise.resolve(this.#listed.slice(0, pages));
  }

  override async *groups(): AsyncGenerator<{ readonly id: string; readonly users: readonly string[] }> {
    for await (const group of super.groups()) if (!this.#groups.has(group.id)) yield group;
    for (const [id, members] of this.#groups) if (members !== null) yield { id, users: [...members.users] };
  }

  override async *heads(): AsyncGenerator<KnownGroup> {
    for await (const head of super.heads()) if (!this.#groups.has(head.id)) yield head;
    for (const [id, members] of this.#groups)
      if (members !== null) yield { id, generation: members.generation, groups: [...members.groups] };
  }

  override async members(groupId: string): Promise<GroupMembers | undefined> {
    const own = this.#groups.get(groupId);
    return own === undefined ? super.members(groupId) : (own ?? undefined);
  }

  override addPage(groupId: string, generation: string, page: number, members: ReadPage): Promise<void> {
    const read = this.#reads.get(`${groupId}/${generation}`) ?? [];
    read[page] = members;
    this.#reads.set(`${groupId}/${generation}`, read);
    return Promise.resolve();
  }

  override pagesOf(groupId: string, generation: string, pages: number): Promise<GroupMembers> {
    const read = this.#reads.get(`${groupId}/${generation}`)?.slice(0, pages) ?? [];
    return Promise.resolve({
      users: new Set(read.flatMap((page) => page.users)),
      groups: new Set(read.flatMap((page) => page.groups)),
    });
  }

  override async switchTo(groupId: string, generation: string, pages: number): Promise<void> {
    this.#groups.set(groupId, { generation, ...(await this.pagesOf(groupId, generation, pages)) });
  }

  override putMembers(groupId: string, generation: string, members: GroupMembers): Promise<void> {
    this.#groups.set(groupId, { generation, ...members });
    return Promise.resolve();
  }

  override forget(groupId: string): Promise<void> {
    this.#groups.set(groupId, null);
    return Promise.resolve();
  }
}
