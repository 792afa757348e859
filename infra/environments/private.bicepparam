using '../main.bicep'

// Storage, Key Vault and Service Bus by private endpoints only.
param entraAppId = '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22'
param gotoAccountNumber = '2000000000000000202'
param roleEntitlements = { User: { licenseKeys: ['4000000000000000404'] } }
param gotoClientId = '6c3c1f5e-0f0b-4a52-9a0f-1a2b3c4d5e6f'
param privateNetwork = true
