#!/usr/bin/env bash
# Sourced: prints the newest usable Python, or says what is missing and fails.

find_python() {
  local name state check found=""
  # The base interpreter: this may be the environment that set-up is about to remove.
  check='
import sys
try:
    import ensurepip, venv
    state = "usable"
except ImportError:
    state = "incomplete"
print("old" if sys.version_info < (3, 11) else state, getattr(sys, "_base_executable", sys.executable))
'
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    # A version manager may put a name on PATH without its Python, so each one is started.
    state="$("$name" -c "$check" 2>/dev/null)" || continue
    case "$state" in
      usable*)
        printf '%s\n' "${state#* }"
        return 0
        ;;
      incomplete*) found="$name" ;;
    esac
  done
  if [ -n "$found" ]; then
    printf 'error: %s has no venv module\n  next: install it, for example: apt-get install %s-venv\n' \
      "$found" "$found" >&2
  else
    printf 'error: no Python 3.11 or later on PATH\n  next: %s\n' \
      "install one from your package manager or from https://www.python.org/downloads/" >&2
  fi
  return 1
}
