import type { CycleView } from './ConnectorView';

/** What cycles warn of, each time it is new: the same warning in every cycle would hide the others. */
export class CycleWarnings {
  readonly #told = new Set<string>();

  /** @returns the warnings that no cycle before had */
  newOf({ id, warnings }: Pick<CycleView, 'id' | 'warnings'>): readonly string[] {
    return warnings.filter((warning) => {
      // It may name the cycle, where more stands.
      const text = warning.replaceAll(id, '');
      const isNew = !this.#told.has(text);
      this.#told.add(text);
      return isNew;
    });
  }
}
