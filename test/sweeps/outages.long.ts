/** A whole cycle fails, the world moves on, the fault ends: for each kind of change, once and twice in a row. */
import { CHANGES, VILLAGE, type Change } from '../support/company';
import { expectInOrder, fourSlots } from '../support/deaths';
import { Table } from '../../shared/store/Table';
import { ConnectorError } from '../../shared/model/ConnectorError';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import { TestConnector } from '../support/TestConnector';

let connector: TestConnector;
afterEach(async () => {
  jest.restoreAllMocks();
  await connector.stop();
});

interface Outage {
  readonly name: string;
  /** @returns how it ends; it must have been felt */
  readonly begin: () => () => void;
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'Graph answers 503 to everything',
    begin: () => {
      const { entra } = connector.stack;
      entra.addFault({ match: '.', kind: 'status', status: 503, times: 100_000 });
      return () => {
        expect(entra.unfiredFaults).toEqual([]);
        entra.clearFaults();
      };
    },
  },
  {
    name: 'GoTo answers 403 to everything',
    begin: () => {
      const { goto } = connector.world;
      goto.addFault({ match: '/admin/rest', kind: 'status', status: 403, times: 100_000 });
      return () => goto.clearFaults();
    },
  },
  {
    name: 'GoTo drops every write',
    begin: () => {
      const { goto } = connector.world;
      goto.addFault({ match: '^(POST|PUT) .*/users', kind: 'drop', times: 100_000 });
      return () => goto.clearFaults();
    },
  },
  {
    name: 'the storage takes no change of a plan',
    begin: () => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own receiver
      const transact = Table.prototype.transact;
      const spy = jest.spyOn(Table.prototype, 'transact').mockImplementation(function (this: Table, writes) {
        const isPlan = writes.some(({ row }) => /^[cr]-/.test(row.rowKey));
        return isPlan ? Promise.reject(storageFault()) : transact.call(this, writes);
      });
      return () => spy.mockRestore();
    },
  },
];

const storageFault = (): ConnectorError =>
  new ConnectorError('Table Storage does not answer.', {
    code: 'StorageUnreachable',
    sent: true,
    repeatable: true,
    scope: 'job',
  });

const CASES = OUTAGES.flatMap((outage) =>
  [1, 2].flatMap((times) =>
    CHANGES.map((change) => ({ outage, times, change, title: `${outage.name}, in ${times} cycle(s), ${change.name}` })),
  ),
);

/** What may come while the outage lasts, for the person whom `first` was about or for others. */
const laterChanges = (first: Change): Change[] => CHANGES.filter((change) => change !== first).slice(0, 3);

test.each(sweepOf(CASES))(
  `$title, then others change, then it heals: nothing is lost or done twice (${SWEEP_TITLE})`,
  async ({ outage, times, change }) => {
    connector = await TestConnector.start({ world: VILLAGE });
    for (const one of CHANGES) one.before?.(connector);
    await connector.begin();
    connector.later();
    change.happen(connector);
    for (let cycle = 0; cycle < times; cycle += 1) {
      const heal = outage.begin();
      await connector.start();
      await connector.settle();
      heal();
      connector.later();
    }
    for (const one of laterChanges(change)) one.happen(connector);
    await fourSlots(connector);
    await fourSlots(connector);
    await expectInOrder(connector);
  },
);
