#!/usr/bin/env bash
# Starts the whole system: Redis, RabbitMQ, three clients and the dashboard. Ctrl-C stops all of it.
#
#   ./run.sh                            alice, bob and carol
#   ./run.sh --users ann ben cem dora   other users; all arguments go to AspireChat.AppHost
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=eng/common.sh
source "$root/eng/common.sh"

"$root/eng/setup.sh" "$@"
build AspireChat.AppHost
run_stoppable dotnet run --no-build --project "$root/AspireChat.AppHost" -- "$@"
