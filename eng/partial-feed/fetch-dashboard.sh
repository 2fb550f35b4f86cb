#!/usr/bin/env bash
# Usage: eng/partial-feed/fetch-dashboard.sh <Aspire version> <folder>
#
# Gets the Aspire dashboard out of the npm package of the Aspire CLI, for where the Aspire packages, which bring it otherwise,
# cannot be had:
#   managed/aspire-managed   its program
#   managed/wwwroot/         its static files
# The folder appears complete or not at all.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

version=$1
folder=$2
package=@microsoft/aspire-cli-linux-x64@$version
# sha512sum of the package's archive: a program is run from it. It changes with the version of Aspire.
sha512=f0f59e447335f90c10076c310e77cfb229a2dc45b4d6bd386f80e35f48c80c4efc4a57c969bc157d802b5bfe3cbc3cd8bcfcca491c9ee8320f540b021685e304

[ "$(uname -sm)" = 'Linux x86_64' ] ||
  fail "The package feed lacks the Aspire packages, and only Linux on x64 can do without: use the full feed of nuget.org."
command -v npm >/dev/null ||
  fail "The package feed lacks the Aspire packages, so the dashboard comes from npm, which is missing: install npm and try again."

parent=$(dirname "$folder")
mkdir -p "$parent" || fail "The folder '$parent' cannot be made: make it writable, or set XDG_CACHE_HOME, and try again."

# What an interrupted run left; the name ends with the id of its process.
for left in "$parent"/.fetching.*; do
  [ -e "$left" ] && ! kill -0 "${left##*.}" 2>/dev/null && rm -rf "$left"
done
work=$parent/.fetching.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{new,home}

say "The package feed lacks the Aspire packages: fetching the dashboard with the npm package $package (once, about 130 MB) …"

(cd "$work" && quietly npm pack "$package" --cache "$work/npm" --update-notifier=false) ||
  fail "npm could not fetch $package: check the network and 'npm config get registry', then try again."
archive=$(echo "$work"/*.tgz)
echo "$sha512  $archive" | sha512sum --check --status ||
  fail "The package $package is not the one that this was written for: do not use it, and report this."
tar -xzf "$archive" -C "$work"

# The CLI unpacks what it carries beside itself. It gets a home of its own, so that it leaves nothing in the user's, and does not
# look for its own updates: that would unpack everything a second time, into that home.
HOME=$work/home features__updateNotificationsEnabled=false quietly "$work/package/bin/aspire" setup --non-interactive --nologo ||
  fail "The Aspire CLI could not unpack the dashboard, for the reason above: mend that (a full disk?) and try again."
mv "$work"/package/versions/*/managed "$work/new/managed"

# Another run may have fetched it meanwhile; what is there and not whole was damaged.
if ! [ -x "$folder/managed/aspire-managed" ]; then
  rm -rf "$folder"
  mv --no-target-directory "$work/new" "$folder"
fi
