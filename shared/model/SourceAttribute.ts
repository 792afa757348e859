/**
 * Names of user attributes as Entra's mappings write them, and where Graph keeps them. Many are Graph's own names; the
 * older ones come from Azure AD Graph (entra-provisioning.md 2; graph-source.md 3.3).
 */

export interface SourceAttribute {
  readonly name: string;
  /** Property for Graph's $select; null for what the connector computes itself. */
  readonly property: string | null;
  /** The value within a user as Graph sends it. */
  readonly valueOf: (user: Readonly<Record<string, unknown>>) => unknown;
}

/** True when the person is unassigned, filtered out, in the recycle bin or blocked (CUS). */
export const IS_SOFT_DELETED = 'IsSoftDeleted';
export const APP_ROLE_ASSIGNMENTS = 'appRoleAssignments';
const COMPUTED = new Set<string>([IS_SOFT_DELETED, APP_ROLE_ASSIGNMENTS]);

/** Older name → Graph's. */
const RENAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    objectId: 'id',
    telephoneNumber: 'businessPhones',
    mobile: 'mobilePhone',
    facsimileTelephoneNumber: 'faxNumber',
    physicalDeliveryOfficeName: 'officeLocation',
    dirSyncEnabled: 'onPremisesSyncEnabled',
    immutableId: 'onPremisesImmutableId',
    originalUserPrincipalName: 'userPrincipalName',
  }),
);

/** Graph's own names that a mapping may use as they are; everything else on a user is a relation or not readable. */
const PLAIN = new Set([
  'accountEnabled',
  'ageGroup',
  'businessPhones',
  'city',
  'companyName',
  'consentProvidedForMinor',
  'country',
  'createdDateTime',
  'creationType',
  'department',
  'displayName',
  'employeeHireDate',
  'employeeId',
  'employeeLeaveDateTime',
  'employeeType',
  'externalUserState',
  'faxNumber',
  'givenName',
  'id',
  'imAddresses',
  'jobTitle',
  'legalAgeGroupClassification',
  'mail',
  'mailNickname',
  'mobilePhone',
  'officeLocation',
  'onPremisesDistinguishedName',
  'onPremisesDomainName',
  'onPremisesImmutableId',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesSyncEnabled',
  'onPremisesUserPrincipalName',
  'otherMails',
  'passwordPolicies',
  'postalCode',
  'preferredDataLocation',
  'preferredLanguage',
  'proxyAddresses',
  'state',
  'streetAddress',
  'surname',
  'usageLocation',
  'userPrincipalName',
  'userType',
]);

const EXTENSION_ATTRIBUTE = /^extensionAttribute(?:[1-9]|1[0-5])$/u;
/** `extension_<application id without dashes>_<name>`; case-sensitive (CUS). */
const DIRECTORY_EXTENSION = /^extension_[0-9a-fA-F]{32}_\w{1,100}$/u;

/** @returns undefined for a name that Graph does not keep with the user, such as manager */
export function sourceAttribute(name: string): SourceAttribute | undefined {
  if (COMPUTED.has(name)) return { name, property: null, valueOf: () => null };
  if (EXTENSION_ATTRIBUTE.test(name)) {
    // The fifteen can be selected only as a whole (graph-source.md 3.3).
    return {
      name,
      property: 'onPremisesExtensionAttributes',
      valueOf: (user) => propertyOf(user['onPremisesExtensionAttributes'], name),
    };
  }
  if (name === 'telephoneNumber') {
    return { name, property: 'businessPhones', valueOf: (user) => firstOf(user['businessPhones']) };
  }
  const division = /^(?:employeeOrgData\.)?(division|costCenter)$/u.exec(name)?.[1];
  if (division !== undefined) {
    return { name, property: 'employeeOrgData', valueOf: (user) => propertyOf(user['employeeOrgData'], division) };
  }
  const property = RENAMED.get(name) ?? (PLAIN.has(name) || DIRECTORY_EXTENSION.test(name) ? name : undefined);
  return property === undefined ? undefined : { name, property, valueOf: (user) => user[property] };
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
