// Service Bus: Standard, because Basic has neither sessions (the lanes) nor duplicate detection.
param name string
param location string
param tags object

@description('Principal id of the identity that sends and receives.')
param principalId string

// The same declaration that the embedded broker of the tests reads.
var queues = loadJsonContent('../queues.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for item in items(queues): {
    parent: namespace
    name: item.key
    properties: item.value
  }
]

// Azure Service Bus Data Owner, on each queue alone: the scale controller reads queue lengths, which needs Manage.
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, index) in items(queues): {
    scope: queue[index]
    name: guid(queue[index].id, principalId, '090c5cfd-751d-490a-894a-3ce6f1109419')
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        '090c5cfd-751d-490a-894a-3ce6f1109419'
      )
    }
  }
]

output fullyQualifiedNamespace string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
