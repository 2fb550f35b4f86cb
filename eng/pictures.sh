#!/usr/bin/env bash
# Makes the pictures in docs/images from a running system. It needs Chromium, and installs it with apt if possible.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! [ -x /usr/bin/chromium ]; then
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || fail "There is no /usr/bin/chromium: install Chromium and try again."
  quietly apt-get update || true
  quietly env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium ||
    fail "apt-get could not install chromium, for the reason above."
fi

"$root/eng/setup.sh"
build AspireChat.sln
cd "$root"
run_stoppable dotnet test --solution AspireChat.sln --no-build --no-progress --explicit only --filter-class 'AspireChat.Tests.Pictures.*' </dev/null
