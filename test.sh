#!/usr/bin/env bash
# Builds everything and runs the tests. The last line says "N passed, N failed".
#
#   ./test.sh               all but the long fault tests
#   ./test.sh --all         all
#   ./test.sh --filter X    those that X selects, too; other arguments go to `dotnet test`
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=eng/common.sh
source "$root/eng/common.sh"

selected='Category!=Long'
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --all) selected= ;;
    --filter) filter=${2:?says which tests: ./test.sh --filter X} && shift ;;
    --filter=*) filter=${1#--filter=} ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
if [ -n "${filter-}" ]; then
  selected="${selected:+($selected)&}($filter)"
fi

"$root/eng/setup.sh"
build AspireChat.sln

results=$root/artifacts/test-results
rm -rf "$results"
status=0
dotnet test "$root/AspireChat.sln" --no-build --nologo --logger trx --results-directory "$results" \
  ${selected:+--filter "$selected"} ${arguments[@]+"${arguments[@]}"} </dev/null || status=$?

# The runner's own counts: <Counters total="3" executed="2" passed="2" failed="0" … />, one a test project.
sum() {
  find "$results" -name '*.trx' -exec cat {} + 2>/dev/null |
    sed -n "s|.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*|\1|p" |
    { total=0; while read -r count; do total=$((total + count)); done; echo "$total"; }
}
passed=$(sum passed)
failed=$(sum failed)
skipped=$(($(sum total) - $(sum executed)))

if [ -f "$root/.partial-feed.props" ]; then
  say "Left out: the tests that start the AppHost through Aspire.Hosting.Testing, for this machine's package feed lacks Aspire." \
    "The same scenarios run against the native host."
fi
if [ $((passed + failed)) -eq 0 ]; then
  say "No test ran: look for the reason above, or at the filter."
  status=1
elif [ "$failed" -gt 0 ]; then
  status=1
elif [ "$status" -ne 0 ]; then
  say "The run of the tests broke off, which counts as a failure: look for the reason above."
  failed=1
fi
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
exit "$status"
