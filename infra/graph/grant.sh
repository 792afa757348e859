#!/bin/sh
# Lets the connector's identity read Entra: exactly the app roles of permissions.tsv, nothing that it has already.
#   sh infra/graph/grant.sh [--what-if] [principal id of the identity]
# Run by `azd up` after provisioning, or by hand by a Privileged Role Administrator who is signed in with `az login`.
# Exit code 0 also when the rights to grant are missing: then it prints what to give to whoever has them.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)

what_if=no
principal=${IDENTITY_PRINCIPAL_ID:-}
for argument in "$@"; do
  case $argument in
    --what-if) what_if=yes ;;
    -*) echo "usage: grant.sh [--what-if] [principal id]" >&2; exit 2 ;;
    *) principal=$argument ;;
  esac
done
if [ -z "$principal" ]; then
  echo "Give the principal id of the identity: output IDENTITY_PRINCIPAL_ID of the deployment." >&2
  exit 2
fi
# It goes into an address and a body.
case $principal in
  *[!0-9a-fA-F-]*) echo "The principal id is a GUID." >&2; exit 2 ;;
esac

by_hand() {
  echo "The permissions are not granted yet: $1"
  echo "A Privileged Role Administrator runs this once; the deployment is otherwise complete:"
  echo "  sh infra/graph/grant.sh $principal"
  exit 0
}

command -v az >/dev/null || by_hand "the Azure CLI (az) is not installed here."
graph=$(az cloud show --query endpoints.microsoftGraphResourceId -o tsv)
graph=${graph%/}
resource=$(az ad sp show --id 00000003-0000-0000-c000-000000000000 --query id -o tsv) || by_hand "Microsoft Graph could not be read."
held=$(az rest --method GET --url "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments?\$top=999" \
  --query "value[?resourceId=='$resource'].appRoleId" -o tsv) || by_hand "what the identity holds could not be read."

tab=$(printf '\t')
missing=no
while IFS="$tab" read -r role name reason; do
  case "$held" in
    *"$role"*) echo "has      $name"; continue ;;
  esac
  if [ "$what_if" = yes ]; then
    echo "would grant $name: $reason"
    continue
  fi
  body="{\"principalId\":\"$principal\",\"resourceId\":\"$resource\",\"appRoleId\":\"$role\"}"
  if az rest --method POST --url "$graph/v1.0/servicePrincipals/$resource/appRoleAssignedTo" \
    --headers Content-Type=application/json --body "$body" --output none </dev/null; then
    echo "granted  $name: $reason"
  else
    missing=yes
  fi
done <"$here/permissions.tsv"
[ "$missing" = no ] || by_hand "you may not grant application permissions (see above)."
[ "$what_if" = yes ] || echo "A new grant can take some hours until it counts; until then the log says that Graph refuses."
