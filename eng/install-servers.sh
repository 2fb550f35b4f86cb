#!/usr/bin/env bash
# Usage: eng/install-servers.sh <why there are no containers> <what else would help, or nothing>
#
# Installs redis-server and rabbitmq-server from the distribution if they are missing. It starts no service, now or at the
# next boot, because AspireChat starts its own servers with its own ports and folders.
set -euo pipefail
# shellcheck source=eng/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

why=$1
or_else=${2:+, or $2,}
policy=/usr/sbin/policy-rc.d
policy_mark='AspireChat eng/install-servers.sh'

package_status() { dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true; }

# RabbitMQ's program is only looked for and not run: with any argument it starts a broker.
is_installed() {
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x "/usr/lib/rabbitmq/bin/$1" ] || return 1
  # An interrupted run may have left it half-installed. (A program unknown to dpkg counts as installed.)
  case $(package_status "$1") in
    unpacked | half-* | triggers-*) return 1 ;;
  esac
}

missing=()
for server in redis-server rabbitmq-server; do
  is_installed "$server" || missing+=("$server")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
  fail "$why, and there is no ${missing[*]} either: install Redis 7 and RabbitMQ 3.10 or newer$or_else and try again."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
  "${as_root[@]}" true 2>/dev/null ||
    fail "$why: run 'sudo apt-get install ${missing[*]}'$or_else and try again."
fi

say "$why: installing ${missing[*]} with apt (no service is started) …"

# Debian's packages start their services unless policy-rc.d forbids it. The one written below forbids it only while this
# script runs, so that even one left behind by kill -9 does no harm, and otherwise follows the machine's own policy.
is_our_policy() { grep -qs "$policy_mark" "$policy"; }

restore_policy() {
  is_our_policy || return 0
  if [ -e "$policy.aspirechat" ]; then
    "${as_root[@]}" mv "$policy.aspirechat" "$policy"
  else
    "${as_root[@]}" rm -f "$policy"
  fi
}

forbid_services() {
  restore_policy # of an interrupted run
  if [ -e "$policy" ]; then
    "${as_root[@]}" mv "$policy" "$policy.aspirechat"
  fi
  "${as_root[@]}" tee "$policy" >/dev/null <<POLICY
#!/bin/sh
# $policy_mark
[ -d /proc/$$ ] && exit 101
[ -x $policy.aspirechat ] && exec $policy.aspirechat "\$@"
exit 0
POLICY
  "${as_root[@]}" chmod 755 "$policy"
}

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o DPkg::Lock::Timeout=300 "$@"
}

install_servers() {
  # Completes an interrupted run; otherwise does nothing.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a &&
    apt install --no-install-recommends "${missing[@]}"
}

# Services of newly installed packages must not start at the next boot either.
disable_services() {
  local service services=("${missing[@]}")
  [ "$had_erlang" = installed ] || services+=(epmd.service epmd.socket) # come with RabbitMQ's Erlang
  for service in "${services[@]}"; do
    [ ! -e "/etc/init.d/$service" ] || "${as_root[@]}" update-rc.d "$service" disable || true
    ! command -v systemctl >/dev/null || "${as_root[@]}" systemctl disable "$service" || true
  done
}

had_erlang=$(package_status erlang-base)

trap restore_policy EXIT
forbid_services
quietly apt update || say "apt-get update failed; trying with the existing package lists."
quietly install_servers ||
  fail "apt-get could not install ${missing[*]}, for the reason above: fix that$or_else and try again."
quietly disable_services
