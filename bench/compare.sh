#!/usr/bin/env bash
# Measures an earlier commit and the work tree in turn, so that a machine whose speed drifts treats both alike.
#
#   bench/compare.sh COMMIT [ROUNDS] [OPTIONS]     5 rounds of the private chat if not said; the options are those of a run,
#                                                  but --pairs and --out
#
# The table in the end has the medians of all rounds; the reports stay in bench/results/compare.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:?"Which commit? bench/compare.sh COMMIT [ROUNDS] [OPTIONS]"}
rounds=${2:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "ROUNDS is $rounds; it must be a number from 1." >&2; exit 2; }
options=("${@:3}")
out=$root/bench/results/compare
[ ${#options[@]} -gt 0 ] || options=(--only private-latency,private-throughput)

before=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$before/tree" || true; rm -rf "$before"' EXIT
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
# Gives a commit whose session does not know a word the C# that stands in for it, from standard input.
lend() {
  grep -rq "$2" "$before/tree/AspireChat.Client/Session" || cat >"$before/tree/bench/AspireChat.Bench/Roles/$1.cs"
}

# Groups that have no beginning to join from are joined without it.
lend EarlierJoin isFromBeginning <<'X'
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
# Where a list cannot be sent, its texts are sent at the same time, each with its own call.
lend EarlierLists SendAllToUserAsync <<'X'
using AspireChat.Client.Session;

namespace AspireChat.Bench.Roles;

/// <summary>Sends several texts.</summary>
internal static class EarlierLists
{
    /// <summary>Sends each with a call of its own.</summary>
    public static Task SendAllToUserAsync(this ChatSession session, string user, IReadOnlyList<TextBody> messages, CancellationToken end) =>
        Task.WhenAll(messages.Select(message => session.SendToUserAsync(user, message.Text, id: null, end)));
}
X
for tree in "$before/tree" "$root"; do
  dotnet build -c Release -v q --nologo "$tree/bench/AspireChat.Bench" >"$before/build.log" || { cat "$before/build.log"; exit 1; }
done

rm -rf "$out"
failed=0
for ((round = 1; round <= rounds; round++)); do
  for which in before now; do
    tree=$([ $which = before ] && echo "$before/tree" || echo "$root")
    echo "round $round, $which: $([ $which = before ] && git -C "$tree" log -1 --format='%h %s' || git -C "$root" describe --always --dirty)"
    dotnet run --no-build -c Release --project "$tree/bench/AspireChat.Bench" -- --pairs 1 "${options[@]}" --out "$out/$which/$round" || {
      # A workload failed and said so; the table is of the others.
      [ $? -eq 1 ] && [ -f "$out/$which/$round/results.json" ] || exit 1
      failed=1
    }
  done
done
dotnet run --no-build -c Release --project "$root/bench/AspireChat.Bench" -- table "$out/before" "$out/now"
exit $failed
