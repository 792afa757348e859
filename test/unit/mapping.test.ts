import { defaultMapping } from '../../shared/mapping/defaultMapping';
import { Entitlements } from '../../shared/rules/Entitlements';
import type { AttributeValue } from '../../shared/model/Person';

const map = (attributes: Record<string, AttributeValue>) =>
  defaultMapping.map(
    { id: '1', attributes: { mail: 'a@example.com', givenName: 'Ada', surname: 'Abel', ...attributes } },
    { appRoles: [], isSoftDeleted: false, nowMs: 0 },
  );

describe('default mapping', () => {
  test.each([
    [{}, { email: 'a@example.com', firstName: 'Ada', lastName: 'Abel' }],
    [
      { mail: null, userPrincipalName: 'upn@example.com' },
      { email: 'upn@example.com', firstName: 'Ada', lastName: 'Abel' },
    ],
    [{ preferredLanguage: 'de-de' }, { email: 'a@example.com', firstName: 'Ada', lastName: 'Abel', locale: 'de_DE' }],
    [{ preferredLanguage: 'fr' }, { email: 'a@example.com', firstName: 'Ada', lastName: 'Abel', locale: 'fr' }],
    [{ preferredLanguage: 'zh-Hans-CN' }, { email: 'a@example.com', firstName: 'Ada', lastName: 'Abel' }],
    [{ givenName: '😀'.repeat(40) }, { email: 'a@example.com', firstName: '😀'.repeat(32), lastName: 'Abel' }],
  ])('%j', (attributes, expected) => {
    expect(map(attributes)).toMatchObject({ kind: 'active', attributes: expected });
  });

  test.each([
    [{ mail: null, userPrincipalName: 'x#EXT#@t.onmicrosoft.com' }, 'ImportSkipped'],
    [{ mail: '' }, 'ImportSkipped'],
    [{ mail: `${'a'.repeat(120)}@example.com` }, 'InvalidValue'],
  ])('%j → %s', (attributes, reason) => {
    expect(map(attributes)).toMatchObject({ kind: 'leave', reason });
  });
});

describe('entitlements', () => {
  const roles = [
    { id: 'r1', displayName: 'User', value: null, isEnabled: true },
    { id: 'r2', displayName: 'Organizer', value: 'org', isEnabled: true },
    { id: 'r3', displayName: 'Other', value: null, isEnabled: true },
  ];
  const rules = { User: { licenseKeys: ['1'] }, org: { licenseKeys: ['2', '1'] } };
  const DEFAULT = '00000000-0000-0000-0000-000000000000';

  test('a role is named by display name, value or id; several give the union', () => {
    const own = new Entitlements({ ...rules, r3: { licenseKeys: ['3'] } }, roles, false);
    expect(own.of(['r1', 'r2', 'r3'])).toEqual({ entitled: true, licenseKeys: ['1', '2', '3'] });
  });

  test('no role, Default Access and a role without rule give nothing, each with its reason', () => {
    const own = new Entitlements(rules, roles, false);
    expect(own.of([])).toEqual({ entitled: false, reason: 'NotEffectivelyEntitled' });
    expect(own.of([DEFAULT])).toEqual({ entitled: false, reason: 'NotEffectivelyEntitled' });
    expect(own.of(['r3'])).toEqual({ entitled: false, reason: 'RoleWithoutEntitlement' });
    expect(own.rolesWithoutRule).toEqual(['Other']);
  });

  test('Default Access counts when the setting allows it and a rule names it', () => {
    const own = new Entitlements({ 'Default Access': { licenseKeys: ['9'] } }, roles, true);
    expect(own.of([DEFAULT])).toEqual({ entitled: true, licenseKeys: ['9'] });
  });

  test('a rule that names no role is told', () => {
    expect(new Entitlements({ Nobody: { licenseKeys: ['1'] } }, roles, false).unknownRules).toEqual(['Nobody']);
  });
});
