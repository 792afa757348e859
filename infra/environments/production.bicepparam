using '../main.bicep'

// A company's own values: secrets from the environment of whoever deploys, never from a file.
param entraAppId = '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22'
param gotoAccountNumber = '2000000000000000202'
param roleEntitlements = { User: { licenseKeys: ['4000000000000000404'] } }
param gotoClientId = '6c3c1f5e-0f0b-4a52-9a0f-1a2b3c4d5e6f'
param gotoClientSecret = readEnvironmentVariable('GOTO_CLIENT_SECRET', '')
param gotoPersonalAccessToken = readEnvironmentVariable('GOTO_PERSONAL_ACCESS_TOKEN', '')
param storageSku = 'Standard_ZRS'
param keepStorageFromDeletion = true
param enablePurgeProtection = true
param alwaysReady = [{ name: 'function:runSyncJob', instanceCount: 1 }]
param alertEmails = ['identity-operations@contoso.example']
param alertWebhook = readEnvironmentVariable('ALERT_WEBHOOK', '')
param logRetentionInDays = 365
param tags = { owner: 'identity-operations' }
