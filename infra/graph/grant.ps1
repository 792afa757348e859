# Lets the connector's identity read Entra: exactly the app roles of permissions.tsv, nothing that it has already.
#   infra/graph/grant.ps1 [-WhatIf] [-PrincipalId <principal id of the identity>]
# Run by `azd up` after provisioning, or by hand by a Privileged Role Administrator who is signed in with `az login`.
# Exit code 0 also when the rights to grant are missing: then it prints what to give to whoever has them.
param(
  [string] $PrincipalId = $env:IDENTITY_PRINCIPAL_ID,
  [switch] $WhatIf
)
Set-StrictMode -Version Latest

if (-not $PrincipalId) {
  'Give the principal id of the identity: output IDENTITY_PRINCIPAL_ID of the deployment.'
  exit 2
}
# It goes into an address and a body.
if ($PrincipalId -notmatch '^[0-9a-fA-F-]{36}$') {
  'The principal id is a GUID.'
  exit 2
}

function ByHand([string] $Why) {
  "The permissions are not granted yet: $Why"
  'A Privileged Role Administrator runs this once; the deployment is otherwise complete:'
  "  infra/graph/grant.ps1 -PrincipalId $PrincipalId"
}

if (-not (Get-Command az -ErrorAction Ignore)) { ByHand 'the Azure CLI (az) is not installed here.'; exit 0 }
$graph = "$(az cloud show --query endpoints.microsoftGraphResourceId -o tsv)".TrimEnd('/')
# No argument holds parentheses: az.cmd hands them to cmd, which takes them for its own (Azure/azure-cli#28692).
$resource = az ad sp show --id 00000003-0000-0000-c000-000000000000 --query id -o tsv
if ($LASTEXITCODE -ne 0) { ByHand 'Microsoft Graph could not be read.'; exit 0 }
$held = @(az rest --method GET --url "$graph/v1.0/servicePrincipals/$PrincipalId/appRoleAssignments?`$top=999" --query "value[?resourceId=='$resource'].appRoleId" -o tsv)
if ($LASTEXITCODE -ne 0) { ByHand 'what the identity holds could not be read.'; exit 0 }

$missing = $false
foreach ($line in [System.IO.File]::ReadAllLines([System.IO.Path]::Combine($PSScriptRoot, 'permissions.tsv'))) {
  $role, $name, $reason = $line -split "`t"
  if ($held -contains $role) { "has      $name"; continue }
  if ($WhatIf) { "would grant ${name}: $reason"; continue }
  # A file, because quotes in an argument reach az.cmd differently in each PowerShell.
  $body = [System.IO.Path]::GetTempFileName()
  [System.IO.File]::WriteAllText($body, "{`"principalId`":`"$PrincipalId`",`"resourceId`":`"$resource`",`"appRoleId`":`"$role`"}")
  az rest --method POST --url "$graph/v1.0/servicePrincipals/$resource/appRoleAssignedTo" --headers Content-Type=application/json --body "@$body" --output none
  $code = $LASTEXITCODE
  [System.IO.File]::Delete($body)
  if ($code -eq 0) { "granted  ${name}: $reason" } else { $missing = $true }
}
if ($missing) { ByHand 'you may not grant application permissions (see above).' }
elseif (-not $WhatIf) { 'A new grant can take some hours until it counts; until then the log says that Graph refuses.' }
exit 0
