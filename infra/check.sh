#!/usr/bin/env bash
# Formats, lints and builds the template with the real Bicep compiler, and compares the committed snapshot.
# `bash infra/check.sh --update` writes the snapshot and the formatting anew.
set -euo pipefail
cd "$(dirname "$0")"

if command -v bicep >/dev/null 2>&1; then
  bicep=bicep
elif command -v dotnet >/dev/null 2>&1 && [ "$(uname -sm)" = "Linux x86_64" ]; then
  DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 dotnet restore compiler/compiler.csproj --verbosity quiet
  bicep=compiler/packages/azure.bicep.commandline.linux-x64/0.49.2/tools/bicep
  chmod +x "$bicep"
else
  echo "skipped: no Bicep compiler (neither bicep nor a .NET SDK on Linux x64); infra/ was not checked" >&2
  exit 0
fi

for file in main.bicep main.bicepparam modules/*.bicep; do
  if [ "${1:-}" = "--update" ]; then
    "$bicep" format "$file"
  else
    "$bicep" format "$file" --stdout | diff -u "$file" - || { echo "$file is not formatted: run npm run infra -- --update" >&2; exit 1; }
  fi
done
"$bicep" lint main.bicep
"$bicep" build main.bicep --stdout >/dev/null
mode=$([ "${1:-}" = "--update" ] && echo overwrite || echo validate)
"$bicep" snapshot main.bicepparam --mode "$mode" \
  --subscription-id 00000000-0000-0000-0000-000000000001 --resource-group rg-gotomeeting --location westeurope
echo "infra: formatted, linted, built; snapshot holds"
