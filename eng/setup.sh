#!/usr/bin/env bash
# Makes this machine ready for `dotnet build`, `dotnet run --project AspireChat.AppHost` and `dotnet test`.
#
#   eng/setup.sh           quick and quiet when there is nothing to do
#   eng/setup.sh --again   asks the package feed once more what it has
#
# ./run.sh and ./test.sh start with this. eng/README.md says what it does and why.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1-}" in
  '') again= ;;
  --again) again=yes ;;
  *) fail "eng/setup.sh knows only --again, not '$1'." ;;
esac

marker=$root/.partial-feed.props
aspire_version=$(sed -n 's|.*<AspireVersion>\(.*\)</AspireVersion>.*|\1|p' "$root/Directory.Packages.props")
aspire_tools=$cache/aspire-tools-$aspire_version
full_feed=$cache/full-feed-$aspire_version

# --- The .NET SDK ---------------------------------------------------------------------------------------------------------

check_sdk() {
  command -v dotnet >/dev/null ||
    fail "There is no 'dotnet' on the PATH: install the .NET 10 SDK (https://dot.net) and try again."
  (cd "$root" && quietly dotnet --version) ||
    fail "This needs the .NET 10 SDK (global.json): install it from https://dot.net and try again."
}

# --- The package feed -----------------------------------------------------------------------------------------------------

# full: it has the Aspire packages; partial: it answers, and does not have them.
probe_feed() {
  local output status=0
  project=$(mktemp -d)
  trap 'rm -rf "$project"' EXIT # of the subshell that this runs in
  printf '<Project />\n' | tee "$project"/Directory.{Build.props,Build.targets,Packages.props} >/dev/null
  cat > "$project/probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Aspire.AppHost.Sdk" Version="[$aspire_version]" />
    <PackageReference Include="Aspire.Hosting.AppHost" Version="$aspire_version" />
    <PackageReference Include="Aspire.Hosting.RabbitMQ" Version="$aspire_version" />
    <PackageReference Include="Aspire.Hosting.Redis" Version="$aspire_version" />
    <PackageReference Include="Aspire.Hosting.Testing" Version="$aspire_version" />
    <PackageReference Include="Aspire.RabbitMQ.Client" Version="$aspire_version" />
    <PackageReference Include="Aspire.StackExchange.Redis" Version="$aspire_version" />
  </ItemGroup>
</Project>
PROJECT
  output=$(dotnet restore "$project/probe.csproj" --verbosity quiet 2>&1 </dev/null) || status=$?
  if [ "$status" -eq 0 ]; then
    echo full
    return
  fi
  case $output in
    *NU1301*) # no answer; it may come with "not found" for what an answering source lacks
      say "$output"
      fail "The package feed does not answer: check the network and 'dotnet nuget list source', then try again."
      ;;
    *NU1101* | *NU1102*) echo partial ;;
    *)
      say "$output"
      fail "Restoring the Aspire packages failed for the reason above: mend that and try again."
      ;;
  esac
}

# The folder may be another user's or another cache's, as long as it is whole and of this version.
marker_holds() {
  [ -f "$marker" ] || return 1
  local directory
  directory=$(sed -n 's|.*<AspireToolsDirectory>\(.*\)</AspireToolsDirectory>.*|\1|p' "$marker")
  [ "${directory##*/}" = "${aspire_tools##*/}" ] && is_whole "$directory"
}

is_whole() {
  [ -x "$1/managed/aspire-managed" ]
}

write_marker() {
  cat > "$marker.new" <<MARKER
<!-- Written by eng/setup.sh because this machine's package feed lacks the Aspire packages; deleting it is safe. -->
<Project>
  <PropertyGroup>
    <PartialFeed>true</PartialFeed>
    <AspireToolsDirectory>$aspire_tools</AspireToolsDirectory>
  </PropertyGroup>
</Project>
MARKER
  mv "$marker.new" "$marker"
}

set_up_feed() {
  if [ -z "$again" ]; then
    if marker_holds; then
      return
    elif [ ! -f "$marker" ] && [ -f "$full_feed" ]; then
      return
    fi
  fi

  local feed=partial
  if [ -n "$again" ] || [ ! -f "$marker" ]; then
    feed=$(probe_feed)
  fi

  if [ "$feed" = full ]; then
    rm -f "$marker"
    mkdir -p "$cache"
    touch "$full_feed"
  else
    rm -f "$full_feed"
    is_whole "$aspire_tools" || "$root/eng/partial-feed/fetch-dashboard.sh" "$aspire_version" "$aspire_tools"
    marker_holds || write_marker
  fi
}

# --- Redis and RabbitMQ ---------------------------------------------------------------------------------------------------

has_container_runtime() {
  local runtime
  for runtime in docker podman; do
    if command -v "$runtime" >/dev/null && timeout 20 "$runtime" info >/dev/null 2>&1 </dev/null; then
      return 0
    fi
  done
  return 1
}

set_up_servers() {
  if [ -f "$marker" ]; then
    "$root/eng/install-servers.sh" "Without the Aspire packages Redis and RabbitMQ run outside containers" ""
  elif ! has_container_runtime; then
    "$root/eng/install-servers.sh" "There is no container runtime for Redis and RabbitMQ" "start Docker or Podman"
  fi
}

check_sdk
set_up_feed
set_up_servers
