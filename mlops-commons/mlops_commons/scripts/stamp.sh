#!/usr/bin/env bash
# Sourced: does the environment fit the lock files? MLOPS_ROOT is the repository.

environment_stamp() {
  cd "$MLOPS_ROOT" && printf '%s\n' "$MLOPS_ROOT" && .venv/bin/python -V &&
    cksum constraints.txt package.json package-lock.json ./*/pyproject.toml \
      mlops-commons/mlops_commons/scripts/{find-python,set-up,stamp}.sh
}

is_set_up() {
  [ -x "$MLOPS_ROOT/.venv/bin/node" ] && [ -x "$MLOPS_ROOT/.venv/bin/cdk" ] &&
    [ -f "$MLOPS_ROOT/.venv/stamp" ] &&
    [ "$(environment_stamp 2>/dev/null)" = "$(cat "$MLOPS_ROOT/.venv/stamp")" ]
}
