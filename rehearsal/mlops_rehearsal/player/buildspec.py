"""A buildspec as one shell program, and the artifacts that it names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.utilities.errors import PlatformError

PHASES: Final = ("install", "pre_build", "build", "post_build")
NOT_PLAYED: Final = ("parameter-store", "secrets-manager", "git-credential-helper")


@dataclass(frozen=True)
class Output:
    """What an artifact is made of: patterns of files below a directory."""

    directory: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Buildspec:
    """A buildspec; `outputs` holds the primary artifact under "" and the secondary ones by name."""

    shell: str
    variables: Mapping[str, str]
    phases: tuple[tuple[str, tuple[str, ...]], ...]
    outputs: Mapping[str, Output]
    runtimes: Mapping[str, str]
    exported: tuple[str, ...] = ()

    def script(self, played: Callable[[str], str] = str) -> str:
        """One program, because all commands of version 0.2 share a shell.

        A failed command ends its phase and the build, but `post_build` runs after a failed
        `build` (CodeBuild User Guide, "Build phase transitions").

        Args:
            played: what is run in place of a command.
        """
        lines = ["__failed=0"]
        for phase, commands in self.phases:
            lines.append(f"echo '[Container] Entering phase {phase.upper()}'")
            if phase == "post_build":
                lines.append('__before=$__failed; [ "$__stage" = build ] && __failed=0')
            for command in commands:
                lines += [
                    'if [ "$__failed" -eq 0 ]; then',
                    f"echo {_quoted('[Container] Running command ' + command)}",
                    f"{played(command)}\n__code=$?",
                    f'[ "$__code" -eq 0 ] || {{ __failed=$__code; __stage={phase}; }}',
                    "fi",
                ]
            if phase == "post_build":
                lines.append('[ "$__before" -eq 0 ] || __failed=$__before')
        # A build exports nothing when it fails.
        told = 'printf "%s" "$__stage" > "${FAILED_PHASE:-/dev/null}"'
        lines.append(f'[ "$__failed" -eq 0 ] || {{ {told}; exit "$__failed"; }}')
        lines += [
            f'printf "%s=%s\\n" {n} "${{{n}-}}" >> "$EXPORTED_VARIABLES"' for n in self.exported
        ]
        lines.append("exit 0")
        return "\n".join(lines) + "\n"


def read_buildspec(text: str) -> Buildspec:
    """Read a buildspec of version 0.2, YAML or JSON.

    Raises:
        PlatformError: it uses something that is not played.
    """
    found: Mapping[str, Any] = yaml.safe_load(text)
    env = found.get("env") or {}
    unknown = [name for name in NOT_PLAYED if name in env]
    if str(found.get("version")) != "0.2" or unknown:
        what = f"env.{unknown[0]}" if unknown else f"version {found.get('version')}"
        raise PlatformError(f"a buildspec with {what} is not played")
    phases = found.get("phases") or {}
    install = phases.get("install") or {}
    return Buildspec(
        shell="bash" if env.get("shell") == "bash" else "sh",
        variables={name: str(value) for name, value in (env.get("variables") or {}).items()},
        phases=tuple((phase, _commands(phases[phase])) for phase in PHASES if phases.get(phase)),
        outputs=_outputs(found.get("artifacts") or {}),
        runtimes={n: str(v) for n, v in (install.get("runtime-versions") or {}).items()},
        exported=tuple(env.get("exported-variables") or ()),
    )


def files_of(output: Output, source: Path) -> tuple[Path, list[Path]]:
    """The directory of an artifact and its files; patterns are those of CodeBuild.

    Raises:
        PlatformError: nothing matches, which fails a build on CodeBuild too.
    """
    root = source / output.directory
    found = {file for pattern in output.patterns for file in root.glob(pattern) if file.is_file()}
    if not found:
        raise PlatformError(
            f"no matching artifact paths found: {', '.join(output.patterns)} in "
            f"'{output.directory or '.'}'"
        )
    return root, sorted(found)


def _commands(phase: Mapping[str, Any]) -> tuple[str, ...]:
    commands = phase.get("commands") or ()
    found: Sequence[Any] = [commands] if isinstance(commands, str) else commands
    return tuple(str(command).rstrip() for command in found)


def _outputs(artifacts: Mapping[str, Any]) -> dict[str, Output]:
    secondary = artifacts.get("secondary-artifacts") or {}
    rows = {**secondary, **({"": artifacts} if artifacts.get("files") else {})}
    return {
        name: Output(
            directory=str(row.get("base-directory", "")),
            patterns=tuple(_pattern(p) for p in row["files"]),
        )
        for name, row in rows.items()
    }


def _pattern(pattern: str) -> str:
    return re.sub(r"^\./", "", str(pattern))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
