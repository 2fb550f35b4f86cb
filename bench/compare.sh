#!/usr/bin/env bash
# Measures an earlier commit and the work tree in turn, so that a machine whose speed drifts treats both alike.
#
#   bench/compare.sh COMMIT [ROUNDS]     3 rounds if not said
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:?"Which commit? bench/compare.sh COMMIT [ROUNDS]"}
rounds=${2:-3}

before=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$before/tree"; rm -rf "$before"' EXIT
git -C "$root" worktree add --quiet --detach "$before/tree" "$commit"

# Both are measured by the program of the work tree, which needs to see what an earlier client did not show it.
cp -r "$root/bench" "$before/tree/"
cat >"$before/tree/Directory.Build.targets" <<'X'
<Project>
  <ItemGroup Condition="'$(MSBuildProjectName)' == 'AspireChat.Client'">
    <InternalsVisibleTo Include="AspireChat.Bench" />
  </ItemGroup>
</Project>
X
for tree in "$before/tree" "$root"; do
  dotnet build -c Release -v q --nologo "$tree/bench/AspireChat.Bench" >"$before/build.log" || { cat "$before/build.log"; exit 1; }
done

for ((round = 1; round <= rounds; round++)); do
  for tree in "$before/tree" "$root"; do
    [ "$tree" = "$root" ] && echo "work tree" || git -C "$tree" log -1 --format='%h %s'
    dotnet run --no-build -c Release --project "$tree/bench/AspireChat.Bench" | tail -3
  done
done
