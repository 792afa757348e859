// Everything the connector needs, in one resource group, with identities instead of keys.
targetScope = 'resourceGroup'

@description('Short name that all resource names are made from: small letters and digits, a letter first.')
@minLength(3)
@maxLength(11)
param name string = 'gotomeeting'

param location string = resourceGroup().location
param tags object = {}

// --- Entra ---

@description('Application id of the GoToMeeting enterprise application. Leave it empty if you give entraServicePrincipalId.')
param entraAppId string

@description('Object id of the enterprise application, in place of entraAppId.')
param entraServicePrincipalId string = ''

@description('Microsoft Graph of your cloud; empty means the global one.')
param graphEndpoint string = ''

// --- GoTo ---

@description('Digits of your GoTo account (GoTo Admin, or accountKey of GET /admin/rest/v1/me).')
@minLength(1)
@maxLength(20)
param gotoAccountNumber string

@description('Client id of your OAuth client (developer.logmeininc.com/clients). May be given later.')
param gotoClientId string = ''

@description('Client secret of the OAuth client. Empty: what Key Vault holds stays.')
@secure()
param gotoClientSecret string = ''

@description('A GoTo personal access token, in place of Authorize. Empty: what Key Vault holds stays.')
@secure()
param gotoPersonalAccessToken string = ''

@description('A first refresh token, in place of Authorize. Empty: what Key Vault holds stays.')
@secure()
param gotoRefreshToken string = ''

@description('Only to point the connector at another GoTo host, should GoTo move.')
param gotoApiEndpoint string = ''
param gotoAuthEndpoint string = ''

@description('Calls a second to GoTo over all instances. GoTo documents 10.')
param gotoRequestsPerSecond string = '8'

// --- Rules ---

@description('App role (value, display name or id) to GoTo licences, for example {"User":{"licenseKeys":["4000000000000000404"]}}. Keys are strings: they are too long for a number.')
param roleEntitlements object

@description('NCRONTAB with six fields, in UTC.')
param syncSchedule string = '0 */5 * * * *'
param fullSyncSchedule string = '0 0 2 * * *'

param provisionDefaultAccess bool = false

@description('Members of groups in assigned groups count, however deep.')
param expandNestedGroups bool = false

@description('Assigned groups become user groups in GoTo, and people move into theirs.')
param provisionGroups bool = false

@description('Whom: people who are assigned, or everybody in the directory (then whoever has no assignment counts as Default Access).')
@allowed(['assigned', 'all'])
param scope string = 'assigned'
param skipOutOfScopeDeletions bool = false

@description('Days after which the deletion of a suspended account is proposed to an admin; 0 deletes none.')
@minValue(0)
@maxValue(3650)
param deleteAfterDays int = 0

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

// --- Hosting ---

@description('az functionapp list-flexconsumption-runtimes --location <region> --runtime node says what your region has.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('For each group of functions. Some regions take no less than 40; all together count in the cores that your subscription has in the region.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always run, for example [{ "name": "function:runSyncJob", "instanceCount": 1 }]. Without any the first cycle after a rest can begin two minutes late.')
param alwaysReady array = []

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('Locks the storage account, which holds the provisioning log, against deletion.')
param keepStorageFromDeletion bool = false

@description('Cannot be switched off again.')
param enablePurgeProtection bool = false

@description('The vault of an earlier deployment was deleted less than 90 days ago: have it back, with its secrets.')
param recoverDeletedVault bool = false

@description('Storage, Key Vault and Service Bus by private endpoints only. Takes Service Bus Premium, which costs hundreds a month.')
param privateNetwork bool = false

@description('A free /24 for the private network.')
param privateNetworkAddressPrefix string = '10.20.0.0/24'

@description('Client id of an app registration with the app roles Reader and Admin, which people sign in with in place of a function key (docs/sign-in.md). Empty: function keys.')
param signInClientId string = ''

// --- Monitoring ---

@minValue(30)
@maxValue(730)
param logRetentionInDays int = 90

@description('GB a day after which the workspace takes no more; -1 for no limit.')
param logDailyQuotaGb int = 1

@description('Mail addresses that alerts go to.')
param alertEmails array = []

@description('An https address that alerts are sent to.')
@secure()
param alertWebhook string = ''

@description('A cycle must begin at least this often: twice the interval of syncSchedule.')
@allowed(['PT10M', 'PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT6H', 'P1D', 'P2D'])
param heartbeatWindow string = 'PT15M'

@description('Messages that may wait in a queue for half an hour without an alert.')
@minValue(0)
param backlogLimit int = 1000

// --- What would fail half way through, or deploy a placeholder, fails before anything is made. ---

var letters = map(range(0, length(name)), index => substring(name, index, 1))
var strangeLetters = filter(letters, one => !contains('abcdefghijklmnopqrstuvwxyz0123456789', one))
var checkedName = !empty(strangeLetters) || contains('0123456789', letters[0])
  ? fail('name may hold small letters and digits only, a letter first.')
  : name
var enterpriseApp = empty(entraAppId) ? entraServicePrincipalId : entraAppId
var isPlaceholder = length(enterpriseApp) != 36 || startsWith(enterpriseApp, '00000000-')
var checkedAppId = isPlaceholder
  ? fail('entraAppId must be the application id of your GoToMeeting enterprise application, or entraServicePrincipalId its object id.')
  : entraAppId
var checkedEntitlements = empty(roleEntitlements)
  ? fail('roleEntitlements must name at least one app role.')
  : string(roleEntitlements)
var strangeDigits = filter(
  map(range(0, length(gotoAccountNumber)), index => substring(gotoAccountNumber, index, 1)),
  one => !contains('0123456789', one)
)
var checkedAccountNumber = !empty(strangeDigits)
  ? fail('gotoAccountNumber must be the digits of your GoTo account.')
  : gotoAccountNumber

var suffix = uniqueString(resourceGroup().id, name)
var identityName = 'id-${checkedName}'
var identityId = resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identityName)
var networkId = resourceId('Microsoft.Network/virtualNetworks', 'vnet-${checkedName}')
var appName = 'func-${checkedName}-${suffix}'

module identity 'modules/identity.bicep' = {
  params: { name: identityName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: checkedName
    location: location
    tags: tags
    retentionInDays: logRetentionInDays
    dailyQuotaGb: logDailyQuotaGb
    identityId: identityId
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: take('st${checkedName}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
    isPublic: !privateNetwork
    keepFromDeletion: keepStorageFromDeletion
    workspaceId: monitoring.outputs.workspaceId
    identityId: identityId
    principalId: identity.outputs.principalId
  }
}

module servicebus 'modules/servicebus.bicep' = {
  params: {
    // A namespace does not change from Standard to Premium in place, nor back: the other tier is another namespace. Messages that
    // stay behind in the old one are only keys of rows, and are sent again.
    name: 'sb-${checkedName}-${suffix}${privateNetwork ? '-p' : ''}'
    location: location
    tags: tags
    isPublic: !privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    identityId: identityId
    principalId: identity.outputs.principalId
  }
}

module keyvault 'modules/keyvault.bicep' = {
  params: {
    name: take('kv-${checkedName}-${suffix}', 24)
    location: location
    tags: tags
    enablePurgeProtection: enablePurgeProtection
    recover: recoverDeletedVault
    isPublic: !privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    identityId: identityId
    principalId: identity.outputs.principalId
    gotoClientSecret: gotoClientSecret
    gotoPersonalAccessToken: gotoPersonalAccessToken
    gotoRefreshToken: gotoRefreshToken
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  params: { name: checkedName, location: location, tags: tags, addressPrefix: privateNetworkAddressPrefix }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetwork) {
  params: {
    name: checkedName
    location: location
    tags: tags
    storageId: storage.outputs.id
    vaultId: keyvault.outputs.id
    namespaceId: servicebus.outputs.id
    networkId: networkId
    subnetId: network!.outputs.endpointSubnetId
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: checkedName
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    namespaceId: servicebus.outputs.id
    emails: alertEmails
    webhook: alertWebhook
    heartbeatWindow: heartbeatWindow
    backlogLimit: backlogLimit
  }
}

module workbook 'modules/workbook.bicep' = {
  params: { name: checkedName, location: location, tags: tags, workspaceId: monitoring.outputs.workspaceId }
}

module functionapp 'modules/functionapp.bicep' = {
  params: {
    name: appName
    location: location
    tags: tags
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReady: alwaysReady
    identityId: identity.outputs.id
    packageContainerUri: storage.outputs.packageContainerUri
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    signInClientId: signInClientId
    settings: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
      // Beside the addresses: with them alone the host can fail to make its blob client at start (Azure/azure-functions-host#11787).
      // The name is completed with the public cloud's suffix, so elsewhere it stays out.
      AzureWebJobsStorage__accountName: environment().name == 'AzureCloud' ? storage.outputs.name : ''
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
      ENTRA_APP_ID: checkedAppId
      GRAPH_ENDPOINT: graphEndpoint
      GOTO_ACCOUNT_KEY: checkedAccountNumber
      GOTO_API_ENDPOINT: gotoApiEndpoint
      GOTO_AUTH_ENDPOINT: gotoAuthEndpoint
      GOTO_CLIENT_ID: gotoClientId
      // The secrets themselves are read from the vault, by the identity: a deployment without them takes nothing away.
      KEY_VAULT_URI: keyvault.outputs.uri
      SIGN_IN_WITH_ENTRA: string(!empty(signInClientId))
      GOTO_REQUESTS_PER_SECOND: gotoRequestsPerSecond
      USER_CHANGE_LANES: string(userChangeLanes)
      CREATE_BATCH_SIZE: string(createBatchSize)
      ROLE_ENTITLEMENTS: checkedEntitlements
      SYNC_SCHEDULE: syncSchedule
      FULL_SYNC_SCHEDULE: fullSyncSchedule
      PROVISION_DEFAULT_ACCESS: string(provisionDefaultAccess)
      EXPAND_NESTED_GROUPS: string(expandNestedGroups)
      SCOPE: scope
      PROVISION_GROUPS: string(provisionGroups)
      SKIP_OUT_OF_SCOPE_DELETIONS: string(skipOutOfScopeDeletions)
      DELETE_AFTER_DAYS: string(deleteAfterDays)
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
  // The app comes when its network is whole.
  dependsOn: [endpoints]
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = resourceGroup().name
output AZURE_FUNCTION_NAME string = appName
output SERVICE_CONNECTOR_NAME string = appName
output SERVICE_CONNECTOR_URL string = 'https://${functionapp.outputs.hostName}'
output PAGE_URL string = 'https://${functionapp.outputs.hostName}/api/dashboard'
output REDIRECT_URI string = 'https://${functionapp.outputs.hostName}/api/connection/callback'
output KEY_COMMAND string = 'az functionapp keys list -g ${resourceGroup().name} -n ${appName} --query functionKeys.default -o tsv'
output KEY_VAULT_NAME string = keyvault.outputs.name
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output GRANT_COMMAND string = 'sh infra/graph/grant.sh ${identity.outputs.principalId}'
