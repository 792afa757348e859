/** A company in the simulated tenant and what GoTo held before the connector came. Deterministic by seed. */
import type { StackClock } from '../../clock/StackClock';
import { EntraDirectory, ORGANIZER_ROLE_ID, USER_ROLE_ID, type EntraUser } from '../entra/EntraDirectory';
import { CONNECT_LICENSE, GotoSimulator, MEETING_LICENSE } from '../goto/GotoSimulator';
import { seeded, type Random } from '../random/seeded';

export interface WorldSize {
  readonly people: number;
  readonly groups: number;
  readonly membersPerGroup: number;
  /** Share of entitled people who had a GoTo account before. */
  readonly existingShare: number;
  /** Guests, blocked and nameless people, Default Access, admins, devices, strangers. */
  readonly oddities: boolean;
}

/** The benchmark's worlds and two for people: `small` for tests, `demo` for npm start. */
export const WORLDS: Readonly<Record<'small' | 'demo' | 'W1' | 'W2' | 'W3', WorldSize>> = {
  small: { people: 30, groups: 3, membersPerGroup: 8, existingShare: 0.3, oddities: true },
  demo: { people: 1_000, groups: 100, membersPerGroup: 12, existingShare: 0.3, oddities: true },
  W1: { people: 1_000, groups: 100, membersPerGroup: 50, existingShare: 0, oddities: false },
  W2: { people: 10_000, groups: 500, membersPerGroup: 100, existingShare: 0, oddities: false },
  W3: { people: 50_000, groups: 2_000, membersPerGroup: 100, existingShare: 0, oddities: false },
};

export type WorldName = keyof typeof WORLDS;

export const isWorld = (name: string): name is WorldName => Object.hasOwn(WORLDS, name);

/** The size that WORLD names. @throws Error that lists the names */
export function worldSize(name: string): WorldSize {
  if (isWorld(name)) return WORLDS[name];
  throw new Error(`WORLD must be one of ${Object.keys(WORLDS).join(', ')}, not "${name}".`);
}

export interface World {
  readonly directory: EntraDirectory;
  readonly goto: GotoSimulator;
  readonly random: Random;
}

const FIRST = [
  'Ada',
  'Björn',
  'Chloé',
  'Dario',
  'Elif',
  'Farah',
  'Grace',
  'Hugo',
  'Inés',
  'Jonas',
  'Kaja',
  'Liam',
  'Mina',
  'Noah',
  'Olga',
  'Paul',
  'Quinn',
  'Rosa',
  'Søren',
  'Tara',
  'Umut',
  'Vera',
  'Wim',
  'Xenia',
  'Yara',
  'Zoë',
];
const LAST = [
  'Abel',
  'Becker',
  'Costa',
  'Dubois',
  'Eriksen',
  'Ferrari',
  'García',
  'Huber',
  'Ivanova',
  'Jensen',
  'Kowalski',
  'Lindqvist',
  'Müller',
  'Novak',
  'O’Brien',
  'Petrov',
  'Quist',
  'Rossi',
  'Schmidt',
  'Tanaka',
  'Ünal',
  'Vos',
  'Weber',
  'Ximénez',
  'Yılmaz',
  'Zeman',
];
const LANGUAGES = ['en-US', 'de-DE', 'fr-FR', 'es-ES', 'sv-SE', null];
const DEPARTMENTS = ['Sales', 'Support', 'Finance', 'Legal', 'Research', 'Design', 'Marketing', 'Operations'];

export function newUser(random: Random, number: number): EntraUser {
  const givenName = random.pick(FIRST);
  const surname = random.pick(LAST);
  const plain = `${givenName}.${surname}`
    .normalize('NFD')
    .replace(/[^A-Za-z.]/g, '')
    .toLowerCase();
  const address = `${plain}.${number}@example.com`;
  return {
    id: random.uuid(),
    userPrincipalName: address,
    mail: random.next() < 0.05 ? null : address,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    preferredLanguage: random.pick(LANGUAGES),
    accountEnabled: true,
    userType: 'Member',
    department: DEPARTMENTS[number % DEPARTMENTS.length] ?? null,
    country: number % 3 === 0 ? 'Germany' : 'United States',
    proxyAddresses: [`SMTP:${address}`],
    onPremisesExtensionAttributes: { extensionAttribute1: number % 2 === 0 ? 'Europe/Berlin' : null },
  };
}

export function buildWorld(size: WorldSize, seed: number, clock: StackClock): World {
  const random = seeded(seed);
  const directory = new EntraDirectory(clock);
  const goto = new GotoSimulator(clock);
  const people = Array.from({ length: size.people }, (_, index) => directory.addUser(newUser(random, index)));

  const groupIds: string[] = [];
  for (let index = 0; index < size.groups; index += 1) {
    const group = directory.addGroup(
      `${DEPARTMENTS[index % DEPARTMENTS.length] ?? 'Team'} ${1 + Math.floor(index / DEPARTMENTS.length)}`,
      random.uuid(),
    );
    const step = Math.max(1, Math.floor(size.people / size.groups));
    const members = Array.from(
      { length: size.membersPerGroup },
      (_, offset) => people[(index * step + offset) % people.length]?.id ?? '',
    );
    directory.addMembers(group.id, members);
    groupIds.push(group.id);
  }
  directory.assignMany(groupIds.map((id) => ({ id, type: 'Group' })));
  if (size.oddities) addOddities(directory, goto, people, random);

  for (const id of directory.entitledIds()) {
    const state = directory.users.get(id)?.latest;
    if (random.next() >= size.existingShare || state === undefined || typeof state === 'string') continue;
    goto.addUser({
      email: state.mail ?? state.userPrincipalName,
      firstName: state.givenName ?? '',
      // Some were typed in by hand, long ago.
      lastName: random.next() < 0.2 ? 'Old Name' : (state.surname ?? ''),
      locale: state.preferredLanguage?.replace('-', '_') ?? 'en_US',
      licenseKeys: random.next() < 0.9 ? [MEETING_LICENSE] : [],
    });
  }
  return { directory, goto, random };
}

function addOddities(
  directory: EntraDirectory,
  goto: GotoSimulator,
  people: readonly EntraUser[],
  random: Random,
): void {
  const some = (count: number): EntraUser[] => Array.from({ length: count }, () => random.pick(people));
  const few = Math.max(1, Math.floor(people.length / 100));
  for (const user of some(few)) directory.changeUser(user.id, { accountEnabled: false });
  for (const user of some(few))
    directory.changeUser(user.id, { userType: 'Guest', userPrincipalName: `${user.id}#EXT#@example.onmicrosoft.com` });
  for (const user of some(1))
    directory.changeUser(user.id, { mail: null, userPrincipalName: `guest_partner#EXT#@example.onmicrosoft.com` });
  for (const user of some(few)) directory.changeUser(user.id, { surname: null });
  for (const user of some(few)) directory.assign(user.id, 'User', ORGANIZER_ROLE_ID);
  for (const user of some(few)) directory.assign(user.id, 'User', USER_ROLE_ID);
  for (const user of some(few)) directory.assign(user.id, 'User', '00000000-0000-0000-0000-000000000000');
  for (const user of some(1))
    goto.addUser({
      email: user.mail ?? user.userPrincipalName,
      firstName: 'Admin',
      lastName: 'Person',
      adminRoles: ['SUPER_USER'],
      licenseKeys: [MEETING_LICENSE],
    });
  goto.addUser({ email: 'lobby-phone@devices.logmein.com', firstName: 'Lobby', lastName: 'Phone' });
  for (let index = 0; index < few; index += 1) {
    goto.addUser({
      email: `stranger.${index}@elsewhere.example`,
      firstName: 'Some',
      lastName: 'Stranger',
      licenseKeys: [MEETING_LICENSE, CONNECT_LICENSE],
    });
  }
}
