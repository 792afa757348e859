/** Wherever the process dies in the cycle after a change of mapping, it ends as if nothing had happened. */
import type { EntraUser } from '../../local/simulators/entra/EntraDirectory';
import { MEETING_LICENSE } from '../../local/simulators/goto/GotoSimulator';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { inParallel } from '../../shared/concurrency/inParallel';
import { fourSlots } from '../support/deaths';
import { putMeant } from '../support/meantMapping';
import { SWEEP_TITLE, sweepOf } from '../support/sweep';
import { TestConnector } from '../support/TestConnector';

const PARALLEL = 3;

/** Sales are out, and the time zone comes from an extension attribute. */
function changedSchema(): object {
  const [rule] = DEFAULT_SCHEMA.synchronizationRules;
  const [mapping] = rule.objectMappings;
  const clauses = [
    { operatorName: 'NOT EQUALS', sourceOperandName: 'department', targetOperand: { values: ['Sales'] } },
  ];
  const name = 'extensionAttribute1';
  const timezone = {
    targetAttributeName: 'timezone',
    source: { expression: `[${name}]`, name, type: 'Attribute', parameters: [] },
  };
  const attributeMappings = [
    ...mapping.attributeMappings.filter((one) => one.targetAttributeName !== 'timezone'),
    timezone,
  ];
  const changed = { ...mapping, scope: { groups: [{ name: 'filter', clauses }] }, attributeMappings };
  return { ...DEFAULT_SCHEMA, synchronizationRules: [{ ...rule, objectMappings: [changed] }] };
}

/** @returns the calls that the change took, and whether the process died at the one with the number `killAt` */
async function play(killAt?: number): Promise<{ readonly calls: number; readonly hasDied: boolean }> {
  const connector = await TestConnector.start({ world: { people: 8, groups: 2, membersPerGroup: 4 } });
  try {
    await connector.cycle();
    connector.later();
    const before = connector.calls;
    if (killAt !== undefined) connector.killAt = before + killAt;
    const put = () => putMeant(connector.engine, changedSchema()).catch(() => undefined);
    await put();
    await connector.settle();
    const calls = connector.calls - before;
    const hasDied = connector.takeKill();
    // Whoever put it puts it again; the timer takes up what was left lying, and a second cycle agrees.
    await put();
    await connector.settle();
    await fourSlots(connector);
    const { directory, goto } = connector.world;
    const inside = [...directory.entitledIds()]
      .map((id): EntraUser => directory.user(id))
      .filter((user) => user.department !== 'Sales');
    const licensed = goto
      .all()
      .filter((user) => user.licenseKeys.includes(MEETING_LICENSE) && user.adminRoles.length === 0);
    expect(licensed.map((user) => user.email.toLowerCase()).sort()).toEqual(
      inside.map((user) => (user.mail ?? user.userPrincipalName).toLowerCase()).sort(),
    );
    for (const user of inside) {
      const wanted = user.onPremisesExtensionAttributes['extensionAttribute1'] ?? null;
      if (wanted !== null) expect(connector.accountOf(user.id)?.timeZone).toBe(wanted);
    }
    return { calls, hasDied };
  } catch (error) {
    throw new Error(`killed at call ${killAt}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await connector.stop();
  }
}

test(`killed at each call to the outside, a change of mapping ends as if nothing had happened (${SWEEP_TITLE})`, async () => {
  const { calls } = await play();
  const kills = sweepOf(Array.from({ length: calls }, (_, index) => index + 1));
  let deaths = 0;
  await inParallel(kills, PARALLEL, async (killAt) => {
    if ((await play(killAt)).hasDied) deaths += 1;
  });
  // A run may need a few calls less than the counted one: then nobody died at the last ones.
  expect(deaths).toBeGreaterThanOrEqual(kills.filter((killAt) => killAt <= calls * 0.7).length);
});
