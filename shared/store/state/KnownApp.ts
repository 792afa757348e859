/** The enterprise application and its roles, as last read. */
import { enterpriseAppSchema, type EnterpriseApp } from '../../model/Assignment';
import type { StoredRow, Table } from '../Table';
import { longText } from '../longText';
import { recallJson } from '../readJson';
import { JOB } from './JobRows';

const ROW = 'app';

export class KnownApp {
  constructor(private readonly table: Table) {}

  /** @returns undefined when it was never read, or by another release */
  static of(rows: ReadonlyMap<string, StoredRow>): EnterpriseApp | undefined {
    return recallJson(rows.get(ROW), 'json', enterpriseAppSchema);
  }

  /** The same, read by itself. */
  async read(): Promise<EnterpriseApp | undefined> {
    const row = await this.table.get(JOB, ROW);
    return row === undefined ? undefined : KnownApp.of(new Map([[ROW, row]]));
  }

  /** The app as just read from Entra. */
  async put(app: EnterpriseApp): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, ...longText('json', JSON.stringify(app)) });
  }
}
