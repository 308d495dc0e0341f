"""Flags that belong to other programs are known to those programs."""

import subprocess
import sys
from pathlib import Path

import pytest
from documentation import arguments, commands, markdown_files

from mlops_commons.cli.apps.cdk_verb import CDK_VERBS
from mlops_commons.cli.apps.synth import FORCE_FLAGS, JSON_FLAGS, SYNTH_VERBS
from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

SHOWN = [arguments(shown.text) for file in markdown_files() for shown in commands(file)]


def printed(command: list[str]) -> str:
    done = subprocess.run(
        command,
        cwd=REPOSITORY_ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def flags(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("-")}


def test_the_cdk_has_the_flags_that_the_documentation_shows() -> None:
    calls = [words for words in SHOWN if words[0] in ("infra", "template") and len(words) > 1]
    for verb in {words[1] for words in calls} & CDK_VERBS:
        used = set().union(*(flags(words[2:]) for words in calls if words[1] == verb))
        if verb in SYNTH_VERBS:
            used -= FORCE_FLAGS | JSON_FLAGS
        if used:
            known = printed([*cdk_command(), verb, "--help"])
            assert {flag for flag in used if f"{flag} " not in known.replace(",", " ")} == set()


def test_pytest_has_the_flags_that_the_documentation_shows() -> None:
    used = set().union(*(flags(words[1:]) for words in SHOWN if words[0] == "test"))
    # Random order is off by default, and with it the flag that repeats one.
    program = str(Path(sys.executable).parent / "pytest")
    known = printed([program, "-p", "randomly", "--help"])
    assert {flag for flag in used - {"--fast", "--random"} if flag not in known} == set()


def test_the_verbs_that_pass_through_are_those_of_the_pinned_cdk() -> None:
    help_text = printed([*cdk_command(), "--help"])
    listed = help_text.partition("Commands:")[2].partition("Options:")[0]
    named = {words[1] for line in listed.splitlines() if (words := line.split())[:1] == ["cdk"]}
    aliases = {
        alias.strip()
        for part in listed.split("[aliases:")[1:]
        for alias in part.partition("]")[0].split(",")
    }
    assert named | aliases == CDK_VERBS
