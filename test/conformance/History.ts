/**
 * What the engine did in a test run, in order: every row it stored and under which guard, every account it wrote to. The
 * real calls of the real SDKs, seen from outside the product.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { EntraDirectory } from '../../local/simulators/entra/EntraDirectory';
import type { GotoWrite } from '../../local/simulators/goto/GotoWrite';
import type { OpenTable } from '../../shared/store/connectTables';

export type Guard = 'insert' | 'etag' | 'none';

export interface RowEvent {
  readonly kind: 'row';
  readonly table: string;
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly op: 'put' | 'delete';
  readonly guard: Guard;
  /** Columns written; empty for a deletion. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Rows of one transaction share it. */
  readonly transaction: number;
}

export interface GotoEvent {
  readonly kind: 'goto';
  readonly write: GotoWrite;
}

/** A look at one person in Entra, right before access is taken. */
export interface PointCheckEvent {
  readonly kind: 'pointCheck';
  readonly sourceId: string;
}

/** Something changed in Entra; `place` is its place in the journal that delta links point into. */
export interface SourceEvent {
  readonly kind: 'source';
  readonly place: number;
  /** The user that changed, or the member that came or went. */
  readonly sourceId: string;
  /** Null for a change of the user itself. */
  readonly groupId: string | null;
  /** Entra's own word at that moment, whatever the engine has read by then: a user came into a group that is assigned. */
  readonly joinsAssigned: boolean;
  readonly leaves: boolean;
}

export type HistoryEvent = RowEvent | GotoEvent | PointCheckEvent | SourceEvent;

export class History {
  readonly events: HistoryEvent[] = [];
  #transactions = 0;

  /** Notes every write of an account in the moment it is committed, whether its answer arrives or not. */
  watchGoto(writes: GotoWrite[]): void {
    const push = writes.push.bind(writes);
    replacePush(writes, (...more) => {
      for (const write of more) this.events.push({ kind: 'goto', write });
      return push(...more);
    });
  }

  /** Notes every change in Entra's journal from now on. */
  watchSource(directory: EntraDirectory): void {
    const { journal } = directory;
    const push = journal.push.bind(journal);
    replacePush(journal, (...more) => {
      for (const [index, entry] of more.entries()) {
        if (entry.kind === 'group') continue;
        const place = journal.length + index;
        if (entry.kind === 'user') {
          const isOfUser = { sourceId: entry.id, groupId: null, joinsAssigned: false, leaves: false };
          this.events.push({ kind: 'source', place, ...isOfUser });
          continue;
        }
        const { id: groupId, memberId: sourceId, memberKind, joined } = entry;
        const isAssigned = directory
          .assignmentsAt(directory.clock.now())
          .some(({ principalId }) => principalId === groupId);
        const joinsAssigned = joined && memberKind === 'user' && isAssigned;
        this.events.push({ kind: 'source', place, sourceId, groupId, joinsAssigned, leaves: !joined });
      }
      return push(...more);
    });
  }

  noteCall(name: string, parameters: readonly unknown[]): void {
    if (name === 'pointCheck') this.events.push({ kind: 'pointCheck', sourceId: String(parameters[0]) });
  }

  /** Notes what the service has confirmed. */
  watchTables =
    (open: OpenTable): OpenTable =>
    (name) =>
      this.#watched(open(name), name);

  #watched(client: TableClient, table: string): TableClient {
    const note = (actions: readonly TransactionAction[]): void => {
      this.#transactions += 1;
      for (const action of actions) this.events.push(eventOf(table, action, this.#transactions));
    };
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = (value as (...all: unknown[]) => unknown).bind(target);
        const actionsOf = ACTIONS[String(name)];
        if (actionsOf === undefined) return call;
        return async (...parameters: unknown[]): Promise<unknown> => {
          const answer = await call(...parameters);
          note(actionsOf(parameters));
          return answer;
        };
      },
    });
  }
}

/** Not enumerable: the list stays equal to a plain one. */
function replacePush<T>(list: T[], push: (...more: T[]) => number): void {
  Object.defineProperty(list, 'push', { value: push });
}

/** The calls of the SDK that change rows, as actions of a transaction. */
const ACTIONS: Readonly<Record<string, (parameters: readonly unknown[]) => readonly TransactionAction[]>> = {
  createEntity: ([row]) => [['create', row as never]],
  upsertEntity: ([row, mode]) => [['upsert', row as never, mode as 'Merge']],
  updateEntity: ([row, mode, options]) => [['update', row as never, mode as 'Merge', options as never]],
  deleteEntity: ([partitionKey, rowKey]) => [['delete', { partitionKey, rowKey } as never]],
  submitTransaction: ([actions]) => actions as readonly TransactionAction[],
};

function eventOf(table: string, action: TransactionAction, transaction: number): RowEvent {
  const [kind, entity] = action;
  const row: Record<string, unknown> = { ...entity };
  const etag = kind === 'update' ? (action[3]?.etag ?? '*') : '*';
  return {
    kind: 'row',
    table,
    partitionKey: String(row['partitionKey']),
    rowKey: String(row['rowKey']),
    op: kind === 'delete' ? 'delete' : 'put',
    guard: kind === 'create' ? 'insert' : etag !== '*' ? 'etag' : 'none',
    row: kind === 'delete' ? {} : row,
    transaction,
  };
}
