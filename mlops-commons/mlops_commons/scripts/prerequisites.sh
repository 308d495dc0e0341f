#!/usr/bin/env bash
# What this repository needs before its own environment can be made: installs what is missing.
# Runs before there is a Python, and on macOS with bash 3.2. MLOPS_ROOT is the repository.
set -euo pipefail
# shellcheck source=mlops-commons/mlops_commons/scripts/find-python.sh
. "$MLOPS_ROOT/mlops-commons/mlops_commons/scripts/find-python.sh"

os_release="${MLOPS_OS_RELEASE:-/etc/os-release}"
supported="macOS, Amazon Linux 2023, RHEL 8 to 10 and its rebuilds, Fedora, Ubuntu 22.04 or later, \
Debian 12 or later"
dry_run=""
yes=""
of_setup=""

usage() {
  cat <<TEXT
Usage: mlops-multi-account.sh prerequisites [OPTIONS]
       (other names of it: dependencies, install)

Installs what is missing, by the system's package manager:
  git       clones and publishes
  Python    $(least_python) or later with venv; everything else
            comes from the lock files
  aws       the AWS CLI version 2, only to sign in with IAM
            Identity Center; where the system has no package
            of it, a note says how to get it

Nothing that is there is upgraded, no shell file is edited,
and no downloaded script is run.

  --dry-run   print each command, run none
  --yes, -y   let the package manager ask nothing
  --help, -h  show this message and end

Examples:
  ./mlops-multi-account.sh prerequisites --dry-run
  ./mlops-multi-account.sh prerequisites
TEXT
}

say() { printf '%s\n' "$1" >&2; }

fail() { # MESSAGE NEXT [EXIT CODE]
  printf 'error: %s\n  next: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

read_options() {
  local option verb=prerequisites
  for option in "$@"; do
    case "$option" in
      --dry-run) dry_run=1 ;;
      --yes | -y) yes=1 ;;
      --of-setup)
        of_setup=1
        verb=setup
        ;;
      --help | -h)
        [ -n "$of_setup" ] || usage
        exit 0
        ;;
      *)
        # Before anything is installed: a mistyped --dry-run must not change this machine.
        fail "unknown option '$option'; allowed: --dry-run, --yes, --help" \
          "./mlops-multi-account.sh $verb --help" 2
        ;;
    esac
  done
}

release_value() { # KEY: its value in os-release, which is data and never sourced
  [ -r "$os_release" ] || return 0
  sed -n "s/^$1=//p" "$os_release" | tail -n 1 | tr -d "\"'"
}

system() { # prints family and major version, such as 'rhel 9'; fails for what is not supported
  local id like version
  case "$(uname -s)" in
    Darwin) echo "macos 0" && return 0 ;;
    Linux) ;;
    *) return 1 ;;
  esac
  id="$(release_value ID)"
  like=" $(release_value ID_LIKE) "
  version="$(release_value VERSION_ID)"
  version="${version%%.*}"
  case "$version" in '' | *[!0-9]*) version=0 ;; esac
  case "$id" in
    amzn) [ "$version" -ge 2023 ] && echo "amazon-linux $version" ;;
    fedora) echo "fedora $version" ;;
    ubuntu) [ "$version" -ge 22 ] && echo "ubuntu $version" ;;
    debian) [ "$version" -ge 12 ] && echo "debian $version" ;;
    *)
      case "$id$like" in
        rhel* | *" rhel "*) [ "$version" -ge 8 ] && echo "rhel $version" ;;
        *) return 1 ;;
      esac
      ;;
  esac
}

packages_of() { # TOOL FAMILY VERSION: the packages that bring it, nothing where there are none
  case "$1 $2 $3" in
    "git "*) echo "git" ;;
    "python macos "*) echo "python@3.13" ;;
    "python amazon-linux "* | "python rhel 8" | "python rhel 9") echo "python3.12" ;;
    "python ubuntu 22" | "python ubuntu 23") echo "python3.11 python3.11-venv" ;;
    "python ubuntu "* | "python debian "*) echo "python3 python3-venv" ;;
    "python "*) echo "python3" ;;
    "aws macos "* | "aws debian "*) echo "awscli" ;;
    "aws amazon-linux "*) echo "awscli-2" ;;
    "aws fedora "*) echo "awscli2" ;;
  esac
}

found() { # TOOL: prints the version that is there; fails when none is usable
  local python
  case "$1" in
    git) git --version 2>/dev/null ;;
    python)
      python="$(find_python 2>/dev/null)" || return 1
      "$python" -V
      ;;
    aws)
      case "$(aws --version 2>/dev/null)" in
        aws-cli/2*) aws --version ;;
        *) return 1 ;;
      esac
      ;;
  esac
}

run() { # COMMAND...: as root where the package manager needs it
  local code=0
  if [ "$family" != macos ] && [ "$(id -u)" != 0 ]; then
    if [ -z "$dry_run" ] && ! command -v sudo >/dev/null 2>&1; then
      fail "this needs the rights of root, and there is no sudo" "as root: $*"
    fi
    set -- sudo "$@"
  fi
  if [ -n "$dry_run" ]; then
    printf '%s\n' "$*"
    return 0
  fi
  say "+ $*"
  "$@" || code=$?
  [ "$code" = 0 ] || fail "'$*' failed with exit code $code" \
    "fix it, then continue with: ./mlops-multi-account.sh prerequisites" "$code"
}

install() { # PACKAGE...
  local without_questions=()
  case "$family" in
    macos)
      command -v brew >/dev/null 2>&1 ||
        fail "there is no Homebrew, which installs: $*" "install it as https://brew.sh says"
      run env HOMEBREW_NO_INSTALL_UPGRADE=1 brew install "$@"
      ;;
    ubuntu | debian)
      [ -z "$yes" ] || without_questions=(--yes)
      run apt-get update
      # The expansion spares bash 3.2, to which an empty list is an unset variable.
      run apt-get install ${without_questions[@]+"${without_questions[@]}"} \
        --no-install-recommends --no-upgrade "$@"
      ;;
    *)
      [ -z "$yes" ] || without_questions=(--assumeyes)
      run dnf install ${without_questions[@]+"${without_questions[@]}"} \
        --setopt=install_weak_deps=False "$@"
      ;;
  esac
}

read_options "$@"
here="$(system)" || fail "this system is not supported: $(uname -s) $(release_value PRETTY_NAME)" \
  "install git and Python $(least_python) or later with venv yourself; supported: $supported"
family="${here% *}"
version="${here#* }"

missing=()
for tool in git python aws; do
  if what="$(found "$tool")"; then
    say "$tool: there ($what)"
    continue
  fi
  packages="$(packages_of "$tool" "$family" "$version")"
  if [ -z "$packages" ]; then
    say "$tool: missing; only needed to sign in with IAM Identity Center, and this system has no"
    say "  package of version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
    continue
  fi
  say "$tool: missing, comes with $packages"
  for package in $packages; do missing+=("$package"); done
done

[ "${#missing[@]}" = 0 ] || install "${missing[@]}"
if [ -z "$dry_run" ]; then
  for tool in git python; do
    found "$tool" >/dev/null || fail "'$tool' is still not usable after the installation" \
      "open a new terminal, then run again: ./mlops-multi-account.sh prerequisites"
  done
  if aws="$(command -v aws)" && ! found aws >/dev/null; then
    say "aws: an older one comes first on PATH: $aws"
  fi
  say "all that is needed is there"
fi
