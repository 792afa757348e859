#!/usr/bin/env bash
# Asks a real .NET again and compares with the committed answers. Skipped, loudly, where there is no SDK.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v dotnet >/dev/null 2>&1; then
  echo "skipped: no .NET SDK here, so the golden values of test/oracle were not asked for again."
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet run --project oracle.csproj --artifacts-path "$work/build" -- cases.json "$work/answers.json"
if [ "${1:-}" = "--update" ]; then
  cp "$work/answers.json" answers.json
  echo "test/oracle/answers.json was written."
elif diff -u answers.json "$work/answers.json"; then
  echo "A real .NET $(dotnet --version) gives the committed answers."
else
  echo "A real .NET answers differently. Run npm run oracle -- --update and look at the difference." >&2
  exit 1
fi
