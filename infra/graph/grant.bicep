// The same as grant.sh, for whoever grants by deployment: the app roles of permissions.tsv, to the connector's identity, and no other.
//   az deployment group create -g rg-gotomeeting -f infra/graph/grant.bicep -p principalId=<IDENTITY_PRINCIPAL_ID> [--what-if]
// Whoever deploys it needs AppRoleAssignment.ReadWrite.All and Application.Read.All, as Privileged Role Administrators have. A grant that
// is there already stays as it is. https://learn.microsoft.com/graph/templates/reference/approleassignedto

extension 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0'

@description('Principal id of the connector\'s identity: output IDENTITY_PRINCIPAL_ID of main.bicep.')
@minLength(36)
@maxLength(36)
param principalId string

var lines = filter(split(loadTextContent('permissions.tsv'), '\n'), line => !empty(line))

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grants 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for line in lines: {
    appRoleId: split(line, '\t')[0]
    principalId: principalId
    resourceId: graph.id
  }
]
