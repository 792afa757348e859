using 'main.bicep'

param name = 'gotomeeting'
param entraAppId = '00000000-0000-0000-0000-000000000000'
param gotoAccountNumber = '2000000000000000202'
param gotoClientId = '00000000-0000-0000-0000-000000000000'
// From the environment of whoever deploys, never from a file.
param gotoClientSecret = readEnvironmentVariable('GOTO_CLIENT_SECRET', 'set-me')
param gotoPersonalAccessToken = readEnvironmentVariable('GOTO_PERSONAL_ACCESS_TOKEN', 'set-me')
param roleEntitlements = {
  User: { licenseKeys: ['4000000000000000404'] }
}
