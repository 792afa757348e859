#!/usr/bin/env bash
# The browser that the tests of the page need: Debian's own, when it is missing and a package source can be reached.
set -uo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then echo "browser: $(command -v "$name")"; exit 0; fi
done
sudo=(); if [ "$(id -u)" != 0 ]; then command -v sudo >/dev/null && sudo=(sudo -n); fi
if command -v apt-get >/dev/null && timeout 60 "${sudo[@]}" apt-get update -qq >/dev/null 2>&1 &&
  timeout 600 "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 &&
  command -v chromium >/dev/null; then
  echo "browser: installed"
else
  echo "skipped: no Chromium here, and no package source that has it; the tests of the page do not run"
fi
