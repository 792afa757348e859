// Key Vault: the secrets of the GoTo connection, and nothing else.
param name string
param location string
param tags object
param enablePurgeProtection bool

@description('Principal id of the identity that reads the secrets and stores a replaced refresh token.')
param principalId string

@secure()
param gotoClientSecret string
@secure()
param gotoPersonalAccessToken string
@secure()
param gotoRefreshToken string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Purge protection cannot be taken back, so `false` is left out instead of sent.
    enablePurgeProtection: enablePurgeProtection ? true : null
  }

  resource clientSecret 'secrets' = {
    name: 'goto-client-secret'
    properties: { value: gotoClientSecret }
  }

  resource personalAccessToken 'secrets' = if (!empty(gotoPersonalAccessToken)) {
    name: 'goto-personal-access-token'
    properties: { value: gotoPersonalAccessToken }
  }

  resource refreshToken 'secrets' = if (!empty(gotoRefreshToken)) {
    name: 'goto-first-refresh-token'
    properties: { value: gotoRefreshToken }
  }
}

// Key Vault Secrets Officer: the connector stores a refresh token that GoTo replaced. Reading alone would lose it.
resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
    )
  }
}

output uri string = vault.properties.vaultUri
output name string = vault.name
