#!/usr/bin/env bash
# Sourced: prints the newest usable Python, or says what is missing and fails.

find_python() {
  local name state interpreter found=""
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    # A version manager's shim may be on PATH without its Python, so each one is started.
    state="$("$name" -c '
import sys
try:
    import ensurepip, venv
    usable = True
except ImportError:
    usable = False
# The base interpreter: this may be the environment that set-up is about to remove.
print("old" if sys.version_info < (3, 11) else "usable" if usable else "incomplete",
      getattr(sys, "_base_executable", sys.executable))
' 2>/dev/null)" || continue
    interpreter="${state#* }"
    case "$state" in
      usable*)
        printf '%s\n' "$interpreter"
        return 0
        ;;
      incomplete*) found="$name" ;;
    esac
  done
  if [ -n "$found" ]; then
    printf 'error: %s has no venv module\n  next: install it, for example: apt-get install %s-venv\n' "$found" "$found" >&2
  else
    printf 'error: no Python 3.11 or later on PATH\n  next: install one from your package manager or https://www.python.org/downloads/\n' >&2
  fi
  return 1
}
