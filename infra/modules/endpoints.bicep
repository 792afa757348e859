// Optional: private endpoints of storage, Key Vault and Service Bus, and the zones in which the app finds them.
param name string
param location string
param tags object
param storageId string
param vaultId string
param namespaceId string

@description('The network, and its subnet for the endpoints.')
param networkId string
param subnetId string

var endpoints = [
  { target: 'blob', id: storageId, zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { target: 'queue', id: storageId, zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { target: 'table', id: storageId, zone: 'privatelink.table.${environment().suffixes.storage}' }
  {
    target: 'vault'
    id: vaultId
    // The suffix of a private zone differs from the vault's own (.vault.azure.net becomes .vaultcore.azure.net).
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
  {
    target: 'namespace'
    id: namespaceId
    zone: 'privatelink.servicebus.${environment().name == 'AzureUSGovernment' ? 'usgovcloudapi.net' : environment().name == 'AzureChinaCloud' ? 'chinacloudapi.cn' : 'windows.net'}'
  }
]

module each 'endpoint.bicep' = [
  for endpoint in endpoints: {
    params: {
      name: name
      location: location
      tags: tags
      target: endpoint.target
      targetId: endpoint.id
      zoneName: endpoint.zone
      networkId: networkId
      subnetId: subnetId
    }
  }
]
