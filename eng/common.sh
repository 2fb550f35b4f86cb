# The scripts beside this one source it.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by the scripts that source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# test.sh parses the test runner's output.
export DOTNET_CLI_UI_LANGUAGE=en

# Compilers and build nodes that wait for the next build would outlive the command that started them. These variables have
# the effect of `--disable-build-servers` on every build below.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false UseRazorBuildServer=false

say() { printf '%s\n' "$*" >&2; }

# Prints the sentence with which a failing step ends.
fail() {
  say "$*"
  exit 1
}

[ -n "${HOME-}" ] || fail "HOME is not set: set it to your home folder and try again."

# Runs a command without output, unless it fails.
quietly() {
  local output status=0
  output=$("$@" 2>&1 </dev/null) || status=$?
  [ "$status" -eq 0 ] || say "$output"
  return "$status"
}

# Builds a project or solution and shows only errors.
build() {
  [ ! -t 2 ] || say "Building …"
  quietly dotnet build "$root/$1" --nologo --verbosity quiet "-consoleLoggerParameters:ErrorsOnly;NoSummary" ||
    fail "The build failed with the errors above: fix them, or go back to a commit that builds."
}

# Runs a command in place of this script. A background job of a script ignores Ctrl-C, and so does all that it starts; but
# Aspire asks its programs to stop by that signal, and would have to kill them. GNU's env can undo that.
run_stoppable() {
  if env --default-signal=INT,QUIT true 2>/dev/null; then
    exec env --default-signal=INT,QUIT "$@"
  fi
  exec "$@"
}
