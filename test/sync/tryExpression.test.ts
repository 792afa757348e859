/** An expression that is tried on somebody in Entra gives what the mapping would give for them. */
import { z } from 'zod';
import { postParseExpression } from '../../shared/api/expressions';
import { apiRequest } from '../support/apiRequest';
import { newcomer, newPerson, someone, TINY, unassign } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

const tried = z.looseObject({ evaluationSucceeded: z.boolean(), evaluationResult: z.array(z.string()) });

let connector: TestConnector;
beforeAll(async () => {
  connector = await TestConnector.start({ world: TINY });
  await connector.begin();
  connector.later();
});
afterAll(() => connector.stop());

const resultFor = async (expression: string, user: string): Promise<readonly string[]> => {
  const { body } = await connector.run(() => postParseExpression(connector.engine, apiRequest({ expression, user })));
  return tried.parse(body).evaluationResult;
};
/** Of the built-in mapping. */
const ADDRESS = 'Coalesce([mail], Replace([userPrincipalName], , "^.*#.*$", , "", , ))';
const ACTIVE = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")';

test('a guest without mail has the address of home, as in the mapping', async () => {
  const guest = newPerson(connector, 970, {
    mail: null,
    userPrincipalName: 'ann_partner.com#EXT#@contoso.onmicrosoft.com',
    userType: 'Guest',
  });
  expect(await resultFor(ADDRESS, guest.id)).toEqual(['ann@partner.com']);
});

test('whether somebody is wanted, and by which roles, is known', async () => {
  const [ada, leaver] = [newcomer(connector, 971), someone(connector)];
  unassign(connector, leaver.id);
  connector.later();
  expect(await resultFor(ACTIVE, ada.id)).toEqual(['True']);
  expect(await resultFor(ACTIVE, leaver.id)).toEqual(['False']);
  expect(await resultFor('SingleAppRoleAssignment([appRoleAssignments])', ada.id)).toEqual(['User']);
});
