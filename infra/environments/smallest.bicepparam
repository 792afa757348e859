using '../main.bicep'

// What must be given, and nothing else.
param entraAppId = '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22'
param gotoAccountNumber = '2000000000000000202'
param roleEntitlements = { User: { licenseKeys: ['4000000000000000404'] } }
