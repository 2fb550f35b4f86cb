#!/usr/bin/env bash
# Prepares this machine for `dotnet build`, `dotnet run --project AspireChat.AppHost` and `dotnet test`: checks the SDK,
# unpacks Aspire's command line, and installs Redis and RabbitMQ if they run as programs. It is quick and quiet if there is
# nothing to do. ./run.sh and ./test.sh run this first.
#
#   eng/setup.sh [--backends container|local|external]     as for the host; other arguments are for the host only
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

backends=${AspireChat__Backends-}
while [ $# -gt 0 ]; do
  case $1 in
    --backends) backends=${2-} ;;
    --backends=*) backends=${1#--backends=} ;;
  esac
  shift
done

check_sdk() {
  command -v dotnet >/dev/null ||
    fail "There is no 'dotnet' on the PATH: install the .NET 10 SDK (https://dot.net) and try again."
  (cd "$root" && quietly dotnet --version) ||
    fail "This needs the .NET 10 SDK (global.json): install it from https://dot.net and try again."
}

# The command line provides `dotnet aspire …` and the terminals in the dashboard. Everything else works without it.
set_up_aspire() {
  local version packages tools
  version=$(sed -n 's|.*<AspireVersion>\(.*\)</AspireVersion>.*|\1|p' "$root/Directory.Packages.props")
  packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

  # The link is made last, below; the program runs only if this user's .NET knows it too.
  if compgen -G "$packages/aspire.cli.*/$version/tools/net10.0/*-*/libhex1binterop.*" >/dev/null &&
    (cd "$root" && dotnet aspire --version >/dev/null 2>&1 </dev/null); then
    return
  fi

  [ ! -t 2 ] || say "Unpacking Aspire's command line …"
  if ! (cd "$root" && quietly dotnet tool restore && quietly dotnet aspire setup --nologo --non-interactive); then
    say "Aspire's command line could not be set up, for the reason above. Everything but the terminals in the dashboard works without it."
    return
  fi

  # The program looks in its own folder for the library that draws `dotnet aspire terminal attach`, but its package has it
  # only in the bundle.
  for tools in "$packages"/aspire.cli.*/"$version"/tools/net10.0; do
    find "$tools"/bundle/dashboard/ -name 'libhex1binterop.*' -exec ln -sf {} "$tools"/*-*/ \;
  done
}

# The same check as in the host (AspireChat.AppHost/Servers/Backends.cs).
has_container_runtime() {
  local runtime chosen=${ASPIRE_CONTAINER_RUNTIME:-${DOTNET_ASPIRE_CONTAINER_RUNTIME-}}
  for runtime in ${chosen:-docker podman}; do
    if command -v "$runtime" >/dev/null && timeout 20 "$runtime" info >/dev/null 2>&1 </dev/null; then
      return 0
    fi
  done
  return 1
}

set_up_servers() {
  case ${backends,,} in
    external | container) ;;
    local) "$root/eng/install-servers.sh" "Redis and RabbitMQ are to run as programs of this machine" "" ;;
    *) has_container_runtime ||
      "$root/eng/install-servers.sh" "There is no container runtime for Redis and RabbitMQ" "start Docker or Podman" ;;
  esac
}

check_sdk
set_up_aspire
set_up_servers
