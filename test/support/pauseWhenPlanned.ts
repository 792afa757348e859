import { PlansTable } from '../../shared/store/PlansTable';
import type { TestConnector } from './TestConnector';

/** The job is paused when the rows of a plan are stored, before any lane has them; `jest.restoreAllMocks` ends it. */
export function pauseWhenPlanned(connector: TestConnector): void {
  const original = Reflect.get(PlansTable.prototype, 'record');
  jest.spyOn(PlansTable.prototype, 'record').mockImplementation(async function (this: PlansTable, ...all) {
    const etag = await original.apply(this, all);
    await connector.engine.store.pause.begin(connector.clock.now());
    return etag;
  });
}
