#!/usr/bin/env bash
# Asks a real .NET again and compares with the committed answers, and lets its Service Bus client at the embedded broker.
# Skipped, loudly, where there is no SDK.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v dotnet >/dev/null 2>&1; then
  echo "skipped: no .NET SDK here, so the golden values of test/oracle were not asked for again, nor the broker tried with the .NET client."
  exit 0
fi
work=$(mktemp -d)
broker=""
trap '[ -z "$broker" ] || kill "$broker"; rm -rf "$work"' EXIT
update=${1:-}

# ask <project> <questions> <committed answers>
ask() {
  dotnet run --project "$1" --artifacts-path "$work/build" -- "$2" "$work/answers.json"
  if [ "$update" = "--update" ]; then
    cp "$work/answers.json" "$3"
    echo "test/oracle/$3 was written."
  elif diff -u "$3" "$work/answers.json"; then
    echo "A real .NET $(dotnet --version) gives the committed answers of $3."
  else
    echo "A real .NET answers differently. Run npm run oracle -- --update and look at the difference." >&2
    exit 1
  fi
}
ask oracle.csproj cases.json answers.json
ask schedules/schedules.csproj schedules/expressions.json schedules/answers.json

# The client that the real Functions host speaks with, against the embedded broker.
dotnet build service-bus/service-bus.csproj --artifacts-path "$work/build" --verbosity quiet
(cd ../.. && exec node build.mjs local/simulate service-bus) >"$work/connection" &
broker=$!
for ((tries = 0; tries < 300; tries += 1)); do [ -s "$work/connection" ] && break; sleep 0.1; done
echo "Azure.Messaging.ServiceBus against the embedded broker:"
dotnet "$work"/build/bin/service-bus/*/service-bus.dll "$(cat "$work/connection")"
