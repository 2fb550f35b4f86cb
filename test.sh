#!/usr/bin/env bash
# Builds everything and runs the tests. The last line says "N passed, N failed".
#
#   ./test.sh               all tests but the long fault tests
#   ./test.sh --all         all tests
#   ./test.sh --filter X    of these only what X selects, such as FullyQualifiedName~Groups; other arguments go to `dotnet test`
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=eng/common.sh
source "$root/eng/common.sh"

selected='Category!=Picture&Category!=Figures&Category!=Long'
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --all) selected='Category!=Picture&Category!=Figures' ;;
    --filter)
      [ $# -gt 1 ] || fail "--filter needs the tests to select: ./test.sh --filter FullyQualifiedName~Groups"
      filter=$2
      shift
      ;;
    --filter=*) filter=${1#--filter=} ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
if [ -n "${filter-}" ]; then
  selected="($selected)&($filter)"
fi

"$root/eng/setup.sh" --backends local # the tests start their own servers, kill and freeze them
build AspireChat.sln

output=$root/artifacts/test.log
mkdir -p "${output%/*}"
status=0
cd "$root" # global.json names the test runner
(run_stoppable dotnet test --solution AspireChat.sln --no-build --no-progress --filter "$selected" ${arguments[@]+"${arguments[@]}"}) \
  </dev/null 2>&1 | tee "$output" || status=$?

# The runner's own counts, at the end of its output: "  failed: 0".
count() { sed -n "/^Test run summary/,\$s/^ *$1: \([0-9]*\)\$/\1/p" "$output" | grep . || echo 0; }
passed=$(count succeeded)
failed=$(count failed)
skipped=$(count skipped)

if [ $((passed + failed)) -eq 0 ]; then
  say "No test ran: look for the reason above, or check the filter."
  status=1
elif [ "$failed" -gt 0 ]; then
  status=1
elif [ "$status" -ne 0 ]; then
  say "The test run was cut short, which counts as a failure: look for the reason above."
  failed=1
fi
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
exit "$status"
