#!/usr/bin/env bash
# Installs Chromium with apt if it is missing; tests of the page and the pictures need it. The first such test runs this.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! [ -x /usr/bin/chromium ]; then
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || fail "There is no /usr/bin/chromium: install Chromium and try again."
  quietly apt-get update || true
  quietly env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium ||
    fail "apt-get could not install chromium, for the reason above."
fi
