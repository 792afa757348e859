// Where the logs go: a workspace, and Application Insights on top of it.
param name string
param location string
param tags object

@minValue(30)
@maxValue(730)
param retentionInDays int

@description('GB a day after which the workspace takes no more until midnight; -1 for no limit. Events that are not taken raise no alert.')
param dailyQuotaGb int

@description('Resource id of the identity: known before anything is deployed, so that what-if can name the assignment.')
param identityId string

@description('Principal id of the identity that writes telemetry.')
param principalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionInDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Telemetry is written with the identity; the instrumentation key alone opens nothing.
    DisableLocalAuth: true
  }
}

// Monitoring Metrics Publisher: the host writes its telemetry with the identity.
var publisherRole = '3913510d-42f4-4e42-8a64-420c390055eb'
resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityId, publisherRole)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisherRole)
  }
}

output workspaceId string = workspace.id
output connectionString string = insights.properties.ConnectionString
