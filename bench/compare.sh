#!/usr/bin/env bash
# Measures an earlier commit and the work tree in turn, so that a machine whose speed drifts treats both alike.
#
#   bench/compare.sh COMMIT [ROUNDS] [OPTIONS]     5 rounds of the private chat if not said; the options are those of a run
#
# The table in the end has the medians of all rounds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:?"Which commit? bench/compare.sh COMMIT [ROUNDS] [OPTIONS]"}
rounds=${2:-5}
options=("${@:3}")
[ ${#options[@]} -gt 0 ] || options=(--only private-latency,private-throughput)

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
# Commits whose groups have no beginning to join from are called without it.
if ! grep -q isFromBeginning "$before/tree/AspireChat.Client/Session/ChatSession.Groups.cs"; then
  cat >"$before/tree/bench/AspireChat.Bench/Roles/EarlierJoin.cs" <<'X'
using AspireChat.Client.Session;

namespace AspireChat.Bench.Roles;

/// <summary>Joins as now.</summary>
internal static class EarlierJoin
{
    /// <summary>Joins.</summary>
    public static Task JoinGroupAsync(this ChatSession session, string group, GroupMode? mode, bool isFromBeginning, CancellationToken end) =>
        isFromBeginning ? throw new NotSupportedException() : session.JoinGroupAsync(group, mode, end);
}
X
fi
for tree in "$before/tree" "$root"; do
  dotnet build -c Release -v q --nologo "$tree/bench/AspireChat.Bench" >"$before/build.log" || { cat "$before/build.log"; exit 1; }
done

for ((round = 1; round <= rounds; round++)); do
  for which in before now; do
    tree=$([ $which = before ] && echo "$before/tree" || echo "$root")
    echo "round $round, $which: $(git -C "$tree" log -1 --format='%h %s')"
    dotnet run --no-build -c Release --project "$tree/bench/AspireChat.Bench" -- --pairs 1 "${options[@]}" --out "$before/$which/$round" ||
      [ $? -eq 1 ] # A workload failed and said so; the table is of the others.
  done
done
dotnet run --no-build -c Release --project "$root/bench/AspireChat.Bench" -- table "$before/before" "$before/now"
