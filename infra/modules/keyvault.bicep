// Key Vault: the secrets of the GoTo connection, and nothing else.
param name string
param location string
param tags object
param enablePurgeProtection bool

@description('A vault of this name was deleted less than 90 days ago: have it back, with its secrets.')
param recover bool

@description('False: only private endpoints reach it.')
param isPublic bool
param workspaceId string

@description('Resource id of the identity: known before anything is deployed, so that what-if can name the assignment.')
param identityId string

@description('Principal id of the identity that reads the secrets and stores a replaced refresh token.')
param principalId string

@secure()
param gotoClientSecret string
@secure()
param gotoPersonalAccessToken string
@secure()
param gotoRefreshToken string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    createMode: recover ? 'recover' : 'default'
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Purge protection cannot be taken back, so `false` is left out instead of sent.
    enablePurgeProtection: enablePurgeProtection ? true : null
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: isPublic ? 'Allow' : 'Deny' }
  }

  // Only what is given is written: a deployment without a secret leaves the vault's alone.
  resource clientSecret 'secrets' = if (!empty(gotoClientSecret)) {
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

// Who read or wrote a secret.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

// Key Vault Secrets Officer: the connector stores a refresh token that GoTo replaced; reading alone would lose it. On the
// whole vault, because that secret is born at run time; the vault holds nothing but this connection's secrets.
var officerRole = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identityId, officerRole)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', officerRole)
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
