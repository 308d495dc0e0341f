#!/usr/bin/env bash
# Sourced: which Python is needed, and where the newest usable one is. MLOPS_ROOT is the repository.

least_python() { # prints the oldest supported Python; the package's metadata is where it is stated
  sed -n 's/^requires-python = ">=\([0-9.]*\)"$/\1/p' "$MLOPS_ROOT/mlops-commons/pyproject.toml"
}

find_python() { # prints the path of the newest usable Python, or says what is missing and fails
  local name state check least found="" old=""
  least="$(least_python)"
  # The base interpreter: this may be the environment that set-up is about to remove.
  check='
import sys
try:
    import ensurepip, venv
    state = "usable"
except ImportError:  # Debian and Ubuntu have a package of its own for this half of venv
    state = "incomplete"
if sys.version_info < tuple(map(int, sys.argv[1].split("."))):
    state = "old"
print(state, getattr(sys, "_base_executable", sys.executable))
'
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    # A version manager may put a name on PATH without its Python, so each one is started.
    state="$("$name" -c "$check" "$least" 2>/dev/null)" || continue
    case "$state" in
      usable*)
        printf '%s\n' "${state#* }"
        return 0
        ;;
      incomplete*) found="${found:-$name}" ;;
      old*) old="; $name is $("$name" -V 2>&1)" ;;
    esac
  done
  if [ -n "$found" ]; then
    printf 'error: %s has no venv module\n  next: install it, for example: apt-get install %s-venv\n' \
      "$found" "$found" >&2
  else
    printf 'error: no Python %s or later on PATH%s\n  next: %s\n' "$least" "$old" \
      "install one from your package manager or from https://www.python.org/downloads/" >&2
  fi
  return 1
}
