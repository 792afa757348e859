// Everything the connector needs, in one resource group, with identities instead of keys.
targetScope = 'resourceGroup'

@description('Short name that all resource names are made from.')
@minLength(3)
@maxLength(16)
param name string = 'gotomeeting'

param location string = resourceGroup().location
param tags object = {}

@description('Object id of the GoToMeeting enterprise application, or leave it empty and give the application id.')
param entraServicePrincipalId string = ''
param entraAppId string = ''

@description('Microsoft Graph of your cloud; empty means the global one.')
param graphEndpoint string = ''

@description('Digits of your GoTo account.')
param gotoAccountNumber string
param gotoClientId string

@secure()
param gotoClientSecret string

@description('A GoTo personal access token, or a first refresh token.')
@secure()
param gotoPersonalAccessToken string = ''
@secure()
param gotoRefreshToken string = ''

@description('Only to point the connector at another GoTo host, should GoTo move.')
param gotoApiEndpoint string = ''
param gotoAuthEndpoint string = ''

@description('Calls a second to GoTo over all instances. GoTo documents 10.')
param gotoRequestsPerSecond string = '8'

@description('App role (value, display name or id) to GoTo licences, for example { User: { licenseKeys: [\'4000000000000000404\'] } }.')
param roleEntitlements object

@description('NCRONTAB with six fields, in UTC.')
param syncSchedule string = '0 */5 * * * *'
param fullSyncSchedule string = '0 0 2 * * *'

param provisionDefaultAccess bool = false
param skipOutOfScopeDeletions bool = false

@allowed(['repair', 'report'])
param driftPolicy string = 'repair'

@description('So many people may lose access within 24 hours before an admin is asked (0 asks always).')
@minValue(0)
@maxValue(1000000)
param removalLimitCount int = 50

@description('The same as a share of the managed people, in per cent; the smaller one counts.')
@minValue(0)
@maxValue(100)
param removalLimitPercent int = 10

@description('Ids, user principal names or mail addresses that are never touched, separated by commas.')
param protectedUsers string = ''

@minValue(1)
@maxValue(64)
param userChangeLanes int = 8

@description('People of one request that creates GoTo accounts; 1 makes one request for each.')
@minValue(1)
@maxValue(25)
param createBatchSize int = 20

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@minValue(1)
param maximumInstanceCount int = 40

param logRetentionInDays int = 90

@description('The first cycle only plans: nothing is changed until an admin applies the plan.')
param startWithPlan bool = true

@description('A stored plan may be applied for so many hours after it was made.')
@minValue(1)
@maxValue(720)
param planMaxAgeHours int = 24

@description('Days that cycles, plans and the provisioning log are kept in Table Storage.')
@minValue(7)
@maxValue(3650)
param provisioningLogRetentionDays int = 400

@description('From how few free seats of a licence on a cycle warns: a number, or a share such as 5%.')
param seatsWarning string = '5%'

@description('Cannot be switched off again.')
param enablePurgeProtection bool = false

var suffix = uniqueString(resourceGroup().id, name)

module identity 'modules/identity.bicep' = {
  params: { name: 'id-${name}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    retentionInDays: logRetentionInDays
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: take('st${replace(toLower(name), '-', '')}${suffix}', 24)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module servicebus 'modules/servicebus.bicep' = {
  params: {
    name: 'sb-${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module keyvault 'modules/keyvault.bicep' = {
  params: {
    name: take('kv-${name}-${suffix}', 24)
    location: location
    tags: tags
    enablePurgeProtection: enablePurgeProtection
    principalId: identity.outputs.principalId
    gotoClientSecret: gotoClientSecret
    gotoPersonalAccessToken: gotoPersonalAccessToken
    gotoRefreshToken: gotoRefreshToken
  }
}

module functionapp 'modules/functionapp.bicep' = {
  params: {
    name: 'func-${name}-${suffix}'
    location: location
    tags: tags
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    identityId: identity.outputs.id
    packageContainerUri: storage.outputs.packageContainerUri
    settings: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
      AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
      AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
      AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.outputs.clientId
      ServiceBusConnection__fullyQualifiedNamespace: servicebus.outputs.fullyQualifiedNamespace
      ServiceBusConnection__credential: 'managedidentity'
      ServiceBusConnection__clientId: identity.outputs.clientId
      AZURE_CLIENT_ID: identity.outputs.clientId
      ENTRA_SERVICE_PRINCIPAL_ID: entraServicePrincipalId
      ENTRA_APP_ID: entraAppId
      GRAPH_ENDPOINT: graphEndpoint
      GOTO_ACCOUNT_KEY: gotoAccountNumber
      GOTO_API_ENDPOINT: gotoApiEndpoint
      GOTO_AUTH_ENDPOINT: gotoAuthEndpoint
      GOTO_CLIENT_ID: gotoClientId
      GOTO_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=${keyvault.outputs.name};SecretName=goto-client-secret)'
      GOTO_PERSONAL_ACCESS_TOKEN: empty(gotoPersonalAccessToken)
        ? ''
        : '@Microsoft.KeyVault(VaultName=${keyvault.outputs.name};SecretName=goto-personal-access-token)'
      GOTO_REFRESH_TOKEN: empty(gotoRefreshToken)
        ? ''
        : '@Microsoft.KeyVault(VaultName=${keyvault.outputs.name};SecretName=goto-first-refresh-token)'
      KEY_VAULT_URI: keyvault.outputs.uri
      GOTO_REQUESTS_PER_SECOND: gotoRequestsPerSecond
      USER_CHANGE_LANES: string(userChangeLanes)
      CREATE_BATCH_SIZE: string(createBatchSize)
      ROLE_ENTITLEMENTS: string(roleEntitlements)
      SYNC_SCHEDULE: syncSchedule
      FULL_SYNC_SCHEDULE: fullSyncSchedule
      PROVISION_DEFAULT_ACCESS: string(provisionDefaultAccess)
      SKIP_OUT_OF_SCOPE_DELETIONS: string(skipOutOfScopeDeletions)
      DRIFT_POLICY: driftPolicy
      REMOVAL_LIMIT_COUNT: string(removalLimitCount)
      REMOVAL_LIMIT_PERCENT: string(removalLimitPercent)
      START_WITH_PLAN: string(startWithPlan)
      PLAN_MAX_AGE_HOURS: string(planMaxAgeHours)
      LOG_RETENTION_DAYS: string(provisioningLogRetentionDays)
      SEATS_WARNING: seatsWarning
      PROTECTED_USERS: protectedUsers
    }
  }
}

output FUNCTION_APP_NAME string = functionapp.outputs.name
output FUNCTION_APP_URL string = 'https://${functionapp.outputs.hostName}'
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
