// Service Bus: Standard, because Basic has neither sessions (the lanes) nor duplicate detection; Premium for private endpoints.
param name string
param location string
param tags object

@description('False: only private endpoints reach it, which takes Premium.')
param isPublic bool
param workspaceId string

@description('Resource id of the identity: known before anything is deployed, so that what-if can name the assignments.')
param identityId string

@description('Principal id of the identity that sends and receives.')
param principalId string

// The same declaration that the embedded broker of the tests reads. Sessions and duplicate detection are fixed at a
// queue's creation: who changes them there gives the queue another name.
var queues = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: isPublic ? { name: 'Standard', tier: 'Standard' } : { name: 'Premium', tier: 'Premium', capacity: 1 }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = [
  for item in items(queues): {
    parent: namespace
    name: item.key
    properties: item.value
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'operations'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
  }
}

// Azure Service Bus Data Owner, on each queue alone: the scale controller reads queue lengths, which needs Manage.
var ownerRole = '090c5cfd-751d-490a-894a-3ce6f1109419'
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, index) in items(queues): {
    scope: queue[index]
    name: guid(queue[index].id, identityId, ownerRole)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', ownerRole)
    }
  }
]

output id string = namespace.id
output fullyQualifiedNamespace string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
