"""What the documentation shows exists: commands with their flags, links with their headings."""

from pathlib import Path
from typing import Any

import pytest
import typer.main
from documentation import Shown, anchors, arguments, broken, commands, links, markdown_files

from mlops_commons.cli.application import application
from mlops_commons.cli.apps.cdk_verb import CDK_VERBS
from mlops_commons.cli.apps.verbs import OWN_VERBS
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

APPS = ("infra", "template")
PAGE = REPOSITORY_ROOT / "docs" / "page.md"


def wrong(words: list[str]) -> str:
    """What is wrong with the words after the program; empty when they are a command."""
    command: Any = typer.main.get_command(application)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        verb, *words = words
        if verb not in command.commands:
            return f"there is no verb '{verb}'"
        command = command.commands[verb]
        if verb in APPS and words:
            own, *words = words
            if own in CDK_VERBS:
                return ""  # its flags are those of the CDK CLI
            if own not in OWN_VERBS:
                return f"there is no verb '{verb} {own}'"
            command = typer.main.get_command(OWN_VERBS[own](verb))
    if command.context_settings.get("ignore_unknown_options"):
        return ""  # what follows is for pytest
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    used = {word.partition("=")[0] for word in words if word.startswith("-")}
    unknown = used - known - {"-h", "--help"}
    return f"there is no flag {', '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("file", markdown_files(), ids=lambda file: file.name)
def test_every_command_of_the_documentation_exists(file: Path) -> None:
    found = [f"{shown}: {wrong(arguments(shown.text))}" for shown in commands(file)]
    assert [line for line in found if not line.endswith(": ")] == []


@pytest.mark.parametrize("file", markdown_files(), ids=lambda file: file.name)
def test_every_link_into_the_repository_leads_somewhere(file: Path) -> None:
    found = [f"{shown}: {broken(shown)}" for shown in links(file)]
    assert [line for line in found if not line.endswith(": ")] == []


def test_the_start_of_the_readme_is_among_what_is_checked() -> None:
    shown = {
        command.text.partition(" #")[0].strip()
        for command in commands(REPOSITORY_ROOT / "README.md")
    }
    assert "./mlops-multi-account.sh infra synth" in shown


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```bash\n./mlops-multi-account.sh infar synth\n```", "there is no verb 'infar'"),
        (
            "```\n$ ./mlops-multi-account.sh infra sinth # why\n```",
            "there is no verb 'infra sinth'",
        ),
        ("Run `./mlops-multi-account.sh config chekc`.", "there is no verb 'chekc'"),
        (
            "    ./mlops-multi-account.sh infra publish \\\n    --mesage x",
            "there is no flag --mesage",
        ),
        ("```\ncd x && ./mlops-multi-account.sh diagram --chekc\n```", "there is no flag --chekc"),
        (
            "```\nsource <(./mlops-multi-account.sh completio zsh)\n```",
            "there is no verb 'completio'",
        ),
        ("```\n./mlops-multi-account.sh template deploy --all\n```", ""),
        ("```\n./mlops-multi-account.sh test -k vpc --maxfail=1\n```", ""),
        ("```\n./mlops-multi-account.sh --version\n```", ""),
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str, problem: str) -> None:
    (shown,) = commands(PAGE, text)
    assert wrong(arguments(shown.text)) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a](../README.md)", ""),
        ("[a](../README.md#start)", ""),
        ("[a](nowhere.md)", "there is no such file"),
        ("![a](diagrams/nowhere.svg)", "there is no such file"),
        ('<img src="nowhere.png">', "there is no such file"),
        ("[a](../README.md#nowhere)", "there is no such heading"),
        ("[a](../../elsewhere.md)", "leads out of the repository"),
    ],
)
def test_a_broken_link_is_found(text: str, problem: str) -> None:
    (link,) = links(PAGE, text)
    assert broken(link) == problem


def test_links_to_other_sites_are_not_looked_up() -> None:
    assert [*links(PAGE, "[a](https://example.com) and <https://example.com>")] == []


def test_anchors_are_those_of_github() -> None:
    assert anchors("# One & `two`\n\n## One\n\n## One\n") == {"one--two", "one", "one-1"}


def test_a_finding_says_where_it_is() -> None:
    assert str(Shown(PAGE, 3, "x")) == "docs/page.md:3: x"


PACKAGES = (
    "mlops-commons/mlops_commons",
    "mlops-infra/mlops_infra",
    "mlops-sm-project-template/cdk_service_catalog",
    "rehearsal/mlops_rehearsal",
    "rehearsal/ministack_aws",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_of_a_package_is_on_the_page_that_tells_of_rooms(package: str) -> None:
    page = "rehearsal/README.md" if package.startswith("rehearsal") else "docs/architecture.md"
    text = (REPOSITORY_ROOT / page).read_text(encoding="utf-8")
    rooms = [
        entry.name
        for entry in sorted((REPOSITORY_ROOT / package).iterdir())
        if entry.is_dir() and not entry.name.startswith("_")
    ]
    assert len(rooms) >= 3
    assert [room for room in rooms if f"{room}/" not in text] == []
