import type { Account } from '../../shared/model/Account';
import type { GotoGroup } from '../../shared/model/ManagedGroup';
import { usedGroups } from '../../shared/rules/usedGroups';

const group = (members: Partial<GotoGroup> = {}): GotoGroup => ({
  key: 'g',
  name: 'Sales',
  memberKeys: null,
  memberCount: null,
  ...members,
});

const account = (key: string, groupKey: string | null, licenseKeys: readonly string[] = ['1']): Account => ({
  key,
  email: `${key}@example.com`,
  firstName: '',
  lastName: '',
  locale: null,
  timeZone: null,
  status: 'ACTIVE',
  licenseKeys,
  groupKey,
  isAdmin: false,
  identityReadOnly: false,
});

const isUsed = async (one: GotoGroup, accounts: readonly Account[], hasDevices = false): Promise<boolean> =>
  (await usedGroups([one], accounts, { leaving: new Set(['leaver']), hasDevices })).has('g');

const LEAVING = [account('leaver', 'g'), account('shell', 'g', [])];

test('a group that only leavers and suspended shells are in is in use by nobody', async () => {
  expect(await isUsed(group(), LEAVING)).toBe(false);
  expect(await isUsed(group({ memberKeys: ['leaver', 'shell'], memberCount: 2 }), LEAVING, true)).toBe(false);
});

test('a member counts whether the account shows it, the group’s keys, or its count alone', async () => {
  expect(await isUsed(group({ memberKeys: [], memberCount: 0 }), [account('other', 'g')])).toBe(true);
  expect(await isUsed(group({ memberKeys: ['leaver', 'phone'] }), LEAVING)).toBe(true);
  expect(await isUsed(group({ memberCount: 3 }), LEAVING)).toBe(true);
});

test('where there are desk phones, a group that does not tell its members is taken to be in use', async () => {
  expect(await isUsed(group(), LEAVING, true)).toBe(true);
  expect(await isUsed(group({ memberCount: 2 }), LEAVING, true)).toBe(false);
});
