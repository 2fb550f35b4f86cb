#!/usr/bin/env bash
# Measures an earlier commit and the work tree in turn, so that a machine whose speed drifts treats both alike.
#
#   bench/compare.sh COMMIT [ROUNDS] [WORKLOADS]     3 rounds of the private chat if not said; workloads with commas between them
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:?"Which commit? bench/compare.sh COMMIT [ROUNDS] [WORKLOADS]"}
rounds=${2:-3}
workloads=${3:-private-latency,private-throughput}

before=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$before/tree"; rm -rf "$before"' EXIT
git -C "$root" worktree add --quiet --detach "$before/tree" "$commit"

# Both are measured by the program of the work tree, which needs to see what an earlier client did not show it.
rm -rf "$before/tree/bench"
mkdir "$before/tree/bench"
(cd "$root/bench" && tar --exclude=bin --exclude=obj --exclude=results -cf - .) | tar -xf - -C "$before/tree/bench"
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
    dotnet run --no-build -c Release --project "$tree/bench/AspireChat.Bench" -- --pairs 1 --only "$workloads" --out "$before/out" | grep -E '^row| · |failed'
  done
done
