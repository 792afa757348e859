#!/usr/bin/env bash
# Checks infra/ without Azure: the Bicep compiler on the templates and environments, then the tests of test/infra.
# `npm run infra -- --update` writes formatting, azuredeploy.json and the environments' snapshots anew.
set -euo pipefail
cd "$(dirname "$0")"
update=$([ "${1:-}" = "--update" ] && echo yes || echo no)

if command -v dotnet >/dev/null 2>&1 && [ "$(uname -sm)" = "Linux x86_64" ]; then
  DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 dotnet restore compiler/compiler.csproj --verbosity quiet
  bicep=compiler/packages/azure.bicep.commandline.linux-x64/0.49.2/tools/bicep
  chmod +x "$bicep"
elif command -v bicep >/dev/null 2>&1; then
  bicep=bicep
else
  echo "skipped: no Bicep compiler (neither bicep nor a .NET SDK on Linux x64); the templates were not compiled" >&2
  bicep=
fi

same() { # committed file, what it should be
  if [ "$update" = yes ]; then cp "$2" "$1"; return; fi
  diff -u "$1" "$2" || { echo "infra/$1 is not what it should be: run npm run infra -- --update and look at the difference" >&2; exit 1; }
}

if [ -n "$bicep" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  for file in main.bicep modules/*.bicep graph/*.bicep environments/*.bicepparam; do
    "$bicep" format "$file" --stdout >"$work/formatted"
    same "$file" "$work/formatted"
  done
  # Every rule fails but the one about dates: an API version gets old on its own.
  "$bicep" lint main.bicep 2>"$work/lint" || { cat "$work/lint" >&2; exit 1; }
  if grep -v use-recent-api-versions "$work/lint" >&2; then exit 1; fi
  "$bicep" build main.bicep --outfile "$work/azuredeploy.json" 2>/dev/null
  same azuredeploy.json "$work/azuredeploy.json"
  # Its types come from Microsoft's container registry and from nowhere else.
  if "$bicep" build graph/grant.bicep --outfile "$work/grant.json" 2>"$work/grant"; then
    echo "Bicep: graph/grant.bicep builds with the Graph extension"
  elif grep -q BCP192 "$work/grant"; then
    echo "skipped: mcr.microsoft.com cannot be reached for the Graph extension; graph/grant.bicep was formatted, not compiled" >&2
  else
    cat "$work/grant" >&2; exit 1
  fi
  snapshot() { # file, mode
    "$bicep" snapshot "$1" --mode "$2" --subscription-id 00000000-0000-0000-0000-000000000001 \
      --resource-group rg-gotomeeting --location westeurope 2>"$work/snapshot"
  }
  for file in environments/*.bicepparam; do
    # The compiler writes outputs in another order each time: a snapshot that holds is not written anew.
    snapshot "$file" validate && continue
    if [ "$update" = yes ] && snapshot "$file" overwrite; then continue; fi
    grep -v use-recent-api-versions "$work/snapshot" >&2; exit 1
  done
  # A placeholder, and what Azure would refuse half way through, is refused before anything is made.
  refused() { # the parameter, the value, what the compiler says
    { echo "using '$(realpath --relative-to="$work" main.bicep)'"
      for line in "param entraAppId = '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22'" "param gotoAccountNumber = '2000000000000000202'" \
        "param roleEntitlements = { User: { licenseKeys: ['4000000000000000404'] } }"; do
        case $line in "param $1 "*) ;; *) echo "$line" ;; esac
      done
      [ -z "$2" ] || echo "param $1 = $2"
    } >"$work/refused.bicepparam"
    if snapshot "$work/refused.bicepparam" overwrite || ! grep -q "$3" "$work/snapshot"; then
      echo "infra/main.bicep takes $1 = ${2:-nothing}" >&2; cat "$work/snapshot" >&2; exit 1
    fi
  }
  refused entraAppId '' BCP258
  refused entraAppId "'00000000-0000-0000-0000-000000000000'" 'entraAppId must be'
  refused gotoAccountNumber "'set-me'" 'gotoAccountNumber must be'
  refused roleEntitlements '{}' 'roleEntitlements must name'
  refused name "'Go_To'" 'name may hold'
  echo "Bicep: placeholders, missing values and names that Azure refuses deploy nothing"
  echo "Bicep: $(ls main.bicep modules/*.bicep | wc -l) files formatted and linted, azuredeploy.json is the build, $(ls environments/*.bicepparam | wc -l) snapshots hold"
fi

if command -v dotnet >/dev/null 2>&1; then
  scripts=$(mktemp -d)
  trap 'rm -rf "${work:-}" "$scripts"' EXIT
  DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 \
    dotnet run --project powershell/powershell.csproj --artifacts-path "$scripts" -- graph/grant.ps1 ../docs/*.md
else
  echo "skipped: no .NET SDK, so no PowerShell engine; graph/grant.ps1 was not run" >&2
fi

# Snapshots, queries, scripts and parameters: test/infra needs no compiler.
cd ..
node node_modules/jest/bin/jest.js test/infra --silent
