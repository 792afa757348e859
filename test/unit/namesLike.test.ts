import { namesLike } from '../../shared/api/user/namesLike';

const person = (displayName: string, mail: string) => ({ displayName, mail, userPrincipalName: mail });
const NAMES = new Map([
  ['id-1', person('Zoë Müller', 'zoe.mueller@example.com')],
  ['id-2', person('Ada Muller-Zoe', 'ada@example.com')],
  ['id-3', person('Muller Ada', 'm.ada@example.com')],
]);
const found = (search: string, top = 8): string[] => namesLike(NAMES, search, top).map(({ id }) => id);

describe('finding people while somebody types', () => {
  test('accents and letter case do not matter, and who begins so comes first', () => {
    expect(found('MULLER')).toEqual(['id-3', 'id-2', 'id-1']);
  });
  test('every word must occur, in any order', () => {
    expect(found('muller zoe')).toEqual(['id-2', 'id-1']);
    expect(found('muller nobody')).toEqual([]);
  });
  test('an address finds its person, and so does the object id', () => {
    expect(found('zoe.mueller@')).toEqual(['id-1']);
    expect(found('id-2')).toEqual(['id-2']);
  });
  test('nothing typed finds nobody, and no more than were asked for', () => {
    expect(found('  ')).toEqual([]);
    expect(found('example.com', 2)).toHaveLength(2);
  });
});
