import { ATTRIBUTE_NAMES } from '../../model/Account';

/**
 * Names of target attributes in exports → GoTo's. GoToMeeting's own default table is not published; these are the
 * names of SCIM (RFC 7643), of the vendor's old SCIM interface and of GoTo's Admin API (entra-provisioning.md 3.1, 3.2).
 */
export const TARGET_ATTRIBUTES = [...ATTRIBUTE_NAMES, 'active'] as const;
export type TargetAttribute = (typeof TARGET_ATTRIBUTES)[number];

export const TARGET_NAMES: Readonly<Record<TargetAttribute, readonly string[]>> = {
  email: [
    'email',
    'emailAddress',
    'userName',
    'mail',
    'emails',
    'emails.value',
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'emails[primary eq true].value',
  ],
  firstName: ['firstName', 'first_name', 'givenName', 'name.givenName'],
  lastName: ['lastName', 'last_name', 'surname', 'familyName', 'name.familyName'],
  locale: ['locale', 'preferredLanguage', 'language'],
  timeZone: ['timeZone', 'time_zone'],
  active: ['active', 'isActive', 'accountEnabled', 'enabled'],
};

/** Targets that GoTo knows but an expression does not set, and what to use instead. */
const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    licensekeys: 'Licences follow app roles: give them in ROLE_ENTITLEMENTS.',
    licenses: 'Licences follow app roles: give them in ROLE_ENTITLEMENTS.',
    products: 'Licences follow app roles: give them in ROLE_ENTITLEMENTS.',
    roles: 'App roles become licences: give them in ROLE_ENTITLEMENTS.',
    usertype: 'App roles become licences: give them in ROLE_ENTITLEMENTS.',
    entitlements: 'App roles become licences: give them in ROLE_ENTITLEMENTS.',
    groupname: 'A user group follows the app role: give groupName in ROLE_ENTITLEMENTS.',
    groupkey: 'A user group follows the app role: give groupName in ROLE_ENTITLEMENTS.',
    externalid: 'GoTo keeps no foreign id. The connector remembers which account belongs to whom by itself.',
    id: 'The key of an account is GoTo’s own and cannot be written.',
    password: 'Passwords are not provisioned.',
    displayname: 'GoTo makes the display name of first and last name.',
  }),
);

const URN = /^urn:ietf:params:scim:schemas:[^:]+:[^:]+:[^:]+:[^:]+:/iu;
const plain = (name: string): string => name.replace(URN, '').replace(/[\s']/gu, '').replaceAll('"', '').toLowerCase();

const BY_NAME = new Map(
  TARGET_ATTRIBUTES.flatMap((target) => TARGET_NAMES[target].map((name) => [plain(name), target] as const)),
);

/** Found without regard to letter case, quotes and SCIM's URN prefix. */
export const findTargetAttribute = (name: string): TargetAttribute | undefined => BY_NAME.get(plain(name));

export const adviceFor = (name: string): string =>
  ADVICE.get(plain(name)) ?? 'A GoToMeeting account has no such attribute. The rest of the mapping works without it.';
