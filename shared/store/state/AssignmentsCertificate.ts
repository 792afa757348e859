/** Whether the list of assignments can be believed, as found with its last read (I05). */
import { certificateSchema, type ListCertificate } from '../../rules/certifyList';
import { recallJson } from '../readJson';
import type { StoredRow, Table } from '../Table';
import { JOB } from './JobRows';

const ROW = 'certificate';

export class AssignmentsCertificate {
  constructor(private readonly table: Table) {}

  /** @returns undefined when no list was read yet, or by another release */
  static of(rows: ReadonlyMap<string, StoredRow>): ListCertificate | undefined {
    return recallJson(rows.get(ROW), 'json', certificateSchema);
  }

  async put(certificate: ListCertificate): Promise<void> {
    await this.table.replace({ partitionKey: JOB, rowKey: ROW, json: JSON.stringify(certificate) });
  }
}
