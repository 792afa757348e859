/**
 * SCOPE=all in a company of ten thousand: people are read by pages, never with a request each. On the benchmark's store, as
 * Azurite's own walks whole tables; needs `npm run build`.
 */
import { join } from 'node:path';
import { startAzurite } from '../../local/azure/azurite/startAzurite';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { dryRun } from '../support/plans';
import { TestConnector } from '../support/TestConnector';

/** Of a list of users. */
const GRAPH_PAGE = 999;
/** The app, the assignments, the groups, and where deltas begin, each with its last page. */
const OTHERS = 15;
const PEOPLE = 10_000;

test('everybody of a large directory is planned with a request a page, and none a person', async () => {
  const azurite = await startAzurite({ watch: { preload: join(__dirname, '../../dist/bench/quickTables.js') } });
  const connector = await TestConnector.start({
    storage: azurite.connectionString(),
    world: { people: PEOPLE, groups: 3, membersPerGroup: 5, existingShare: 0 },
    settings: {
      SCOPE: 'all',
      PROVISION_DEFAULT_ACCESS: 'true',
      ROLE_ENTITLEMENTS: JSON.stringify({
        'Default Access': { licenseKeys: [MEETING_LICENSE] },
        User: { licenseKeys: [MEETING_LICENSE] },
        webinar: { licenseKeys: [MEETING_LICENSE] },
      }),
    },
  });
  try {
    const { since } = connector.mark();
    const plan = await dryRun(connector);
    expect(plan.totals['create']).toBeGreaterThan(PEOPLE * 0.9);
    const { graph, gotoWrites } = since();
    expect(graph).toBeLessThanOrEqual(Math.ceil(PEOPLE / GRAPH_PAGE) + OTHERS);
    expect(gotoWrites).toBe(0);
  } finally {
    await connector.stop();
    await azurite.stop();
  }
}, 600_000);
