#!/usr/bin/env bash
# The one command of this repository: makes its environment when needed, then starts the command
# line (mlops_commons/cli). Needs bash 3.2 or later, git, and Python 3.11 or later with venv.
set -euo pipefail
unset CDPATH
# Without bytecode every command takes twice as long, and so does synth.
unset PYTHONDONTWRITEBYTECODE
# Another Python's; with it no environment starts.
unset PYTHONHOME

# macOS has no 'readlink -f': follow the links one by one.
script="${BASH_SOURCE[0]}"
while [ -L "$script" ]; do
  link="$(readlink "$script")"
  case "$link" in
    /*) script="$link" ;;
    *) script="$(dirname "$script")/$link" ;;
  esac
done
root="$(cd "$(dirname "$script")" && pwd -P)"
export MLOPS_ROOT="$root"
scripts="$root/mlops-commons/mlops_commons/scripts"

# These come before Python, which they may have to install.
case "${1:-}" in
  prerequisites | dependencies | install)
    shift
    exec bash "$scripts/prerequisites.sh" "$@"
    ;;
  setup)
    # The repository of one app has no setup, and installs nothing before it says so.
    [ ! -d "$root/mlops-commons/mlops_commons/cli/accounts" ] ||
      bash "$scripts/prerequisites.sh" --of-setup "${@:2}"
    ;;
esac

# shellcheck source=mlops-commons/mlops_commons/scripts/stamp.sh
. "$scripts/stamp.sh"
if ! is_set_up; then
  # A shell that only asks for completions does not wait for a set-up.
  [ -z "${_MLOPS_COMPLETE:-}" ] || exit 0
  bash "$scripts/set-up.sh" >&2
fi

export PATH="$root/.venv/bin:$PATH"
# -P: a file of the current directory must not stand in for a module of ours.
exec "$root/.venv/bin/python" -P -m mlops_commons.cli "$@"
