/**
 * The mapping before any import, in the very form that Entra exports: `GET …/schema` gives it out to be edited and put
 * back. A guest's userPrincipalName with #EXT# is no address (graph-source.md 3.3).
 */
const direct = (name: string) => ({ expression: `[${name}]`, name, type: 'Attribute', parameters: [] });
const call = (name: string, expression: string) => ({ expression, name, type: 'Function', parameters: [] });
const attribute = (targetAttributeName: string, source: object, matchingPriority = 0) => ({
  targetAttributeName,
  source,
  defaultValue: null,
  flowType: 'Always',
  flowBehavior: 'FlowWhenChanged',
  matchingPriority,
  exportMissingReferences: false,
});

export const DEFAULT_SCHEMA = {
  id: 'gotomeeting',
  version: 'default',
  synchronizationRules: [
    {
      id: 'users-to-gotomeeting',
      name: 'USER_OUTBOUND_USER',
      priority: 1,
      editable: true,
      sourceDirectoryName: 'Azure Active Directory',
      targetDirectoryName: 'GoToMeeting',
      metadata: [],
      objectMappings: [
        {
          name: 'Synchronize Microsoft Entra users to GoToMeeting',
          enabled: true,
          flowTypes: 'Add, Update, Delete',
          sourceObjectName: 'User',
          targetObjectName: 'User',
          scope: null,
          metadata: [],
          attributeMappings: [
            attribute(
              'userName',
              call('Coalesce', 'Coalesce([mail], Replace([userPrincipalName], , "^.*#.*$", , "", , ))'),
              1,
            ),
            attribute('name.givenName', direct('givenName')),
            attribute('name.familyName', direct('surname')),
            // People choose their language in GoTo: it is not set back.
            { ...attribute('locale', direct('preferredLanguage')), flowType: 'ObjectAddOnly' },
            attribute('active', call('Switch', 'Switch([IsSoftDeleted], , "False", "True", "True", "False")')),
          ],
        },
      ],
    },
  ],
  directories: [],
} as const;
