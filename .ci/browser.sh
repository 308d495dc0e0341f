#!/usr/bin/env bash
# Chromium for the tests that look at pages in a browser: without one they are skipped, so this
# installs it where it may, says in one line what has happened, and never ends a run of CI.
set -euo pipefail

for browser in chromium chromium-browser google-chrome; do
  if command -v "$browser" >/dev/null; then
    echo "browser: $(command -v "$browser") is here"
    exit 0
  fi
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "browser: none, and none can be installed without root and apt-get; tests in one are skipped"
  exit 0
fi
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
quietly() { DEBIAN_FRONTEND=noninteractive timeout 300 apt-get "$@" >>"$log" 2>&1; }
if { quietly install --yes --no-install-recommends chromium ||
  { quietly update && quietly install --yes --no-install-recommends chromium; }; }; then
  echo "browser: installed $(command -v chromium || echo chromium)"
else
  echo "browser: apt-get could not install chromium ($(tail -n 1 "$log")); tests in one are skipped"
fi
