#!/usr/bin/env bash
# Find a Chromium for the browser tests, and install Debian's where there is none. `make prove` runs this.
set -euo pipefail

if [ -n "${COURSEPACK_CHROMIUM:-}" ]; then
  test -x "$COURSEPACK_CHROMIUM" || { echo "COURSEPACK_CHROMIUM names no program: $COURSEPACK_CHROMIUM" >&2; exit 1; }
  exit 0
fi
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then exit 0; fi
done

remedy="install Chromium (Debian: apt-get install chromium), or name one: COURSEPACK_CHROMIUM=/path/to/chromium"
command -v apt-get > /dev/null || { echo "no Chromium was found; $remedy" >&2; exit 1; }
root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2> /dev/null || { echo "no Chromium was found, and only root can install one; $remedy" >&2; exit 1; }
  root=(sudo -n)
fi
echo "installing Chromium for the browser tests"
"${root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends chromium > /dev/null
command -v chromium > /dev/null || { echo "apt-get installed no Chromium; $remedy" >&2; exit 1; }
