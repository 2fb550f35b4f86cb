#!/usr/bin/env bash
# Makes the pictures in docs/images from a running system, in Chromium.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$root/eng/setup.sh"
build AspireChat.sln
cd "$root"
run_stoppable dotnet test --solution AspireChat.sln --no-build --no-progress --explicit only --filter-class 'AspireChat.Tests.Pictures.*' </dev/null
