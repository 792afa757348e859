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
  test.each([
    ['soren', 'Søren Becker'],
    ['yilmaz', 'Elif Yılmaz'],
    ['YILMAZ', 'Elif Yılmaz'],
    ['weiss', 'Jan Weiß'],
    ['lukasz', 'Łukasz Nowak'],
    ["o'brien", 'Björn O’Brien'],
    ['o’brien', "Grace O'Brien"],
    ['obrien', "Grace O'Brien"],
    ['O’Brien', 'Björn O’Brien'],
    ['ø', 'Søren Becker'],
  ])('what a keyboard has no key for is found as it is typed: %s', (typed, displayName) => {
    expect(namesLike(new Map([['id-4', person(displayName, 'x@example.com')]]), typed, 8)).toHaveLength(1);
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
