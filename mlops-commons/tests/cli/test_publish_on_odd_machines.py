"""`publish` with the settings, hooks and credentials that people have on their machines."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from git_remote_codecommit import Context
from published_repository import Publisher, change

from mlops_commons.cli.environment import as_profile
from mlops_commons.utilities.publication import codecommit_remote

pytestmark = pytest.mark.construct


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    found = Publisher(tmp_path)
    found.seed()
    return found


HOOK = "#!/bin/sh\necho ticket id missing >&2\nexit 1\n"


@pytest.mark.parametrize("profile", ["ml-role@governance", "two words", "plain", "a/b+c=d"])
def test_git_signs_with_a_profile_of_any_name_and_with_no_other_credentials(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of git-remote-codecommit itself."""
    config = tmp_path / "config"
    config.write_text(
        f'[profile "{profile}"]\naws_access_key_id = AKIAOFTHEPROFILE\n'
        "aws_secret_access_key = secret\n"
    )
    others = {
        "AWS_ACCESS_KEY_ID": "AKIAOFTHESHELL",
        "AWS_SECRET_ACCESS_KEY": "other",
        "AWS_SESSION_TOKEN": "other",
        "AWS_DEFAULT_PROFILE": "nobody",
        "AWS_ROLE_ARN": "arn:aws:iam::100000000001:role/other",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }
    environment = as_profile({**others, "AWS_CONFIG_FILE": str(config)}, profile)
    for name in {*others, *environment}:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    # Git itself takes "codecommit::" away before it starts the helper.
    url = codecommit_remote("eu-west-1", "mlops-infra_retail").removeprefix("codecommit::")
    context = Context.from_url(url)
    assert context.repository == "mlops-infra_retail"
    assert context.credentials.access_key == "AKIAOFTHEPROFILE"


SETTINGS: Mapping[str, Callable[[Path], Mapping[str, str]]] = {
    "line ends of Windows": lambda _: {"core.autocrlf": "true", "core.safecrlf": "true"},
    "another name for origin": lambda _: {"clone.defaultRemoteName": "upstream"},
    "colours in files": lambda _: {"color.ui": "always"},
    "signatures in logs": lambda _: {"log.showSignature": "true"},
    "a program for differences": lambda _: {"diff.external": "/bin/false"},
    "modes ignored": lambda _: {"core.fileMode": "false"},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_what_somebody_has_set_for_git_changes_nothing(
    settings: Callable[[Path], Mapping[str, str]], publisher: Publisher
) -> None:
    publisher.settings.update(settings(publisher.folder))
    assert "nothing published" in publisher.publish("--yes").stdout
    change(publisher.root)
    done = publisher.publish("--yes")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert publisher.content("CHANGELOG.md").endswith("a change\n")
    assert "\r" not in publisher.content("README.md")
    listed = publisher.git(publisher.remote, "ls-tree", "main", "mlops-multi-account.sh")
    assert listed.startswith("100755 ")
    assert "nothing published" in publisher.publish("--yes").stdout


def test_a_clone_made_on_windows_starts_in_a_shell_of_linux(publisher: Publisher) -> None:
    clone = publisher.folder / "windows"
    arguments = ("clone", "--quiet", "-c", "core.autocrlf=true", publisher.remote, clone)
    publisher.git(publisher.folder, *arguments)
    for name in ("mlops-multi-account.sh", "mlops-commons/mlops_commons/scripts/set-up.sh"):
        assert b"\r" not in (clone / name).read_bytes(), name


def test_inside_a_hook_of_another_repository_that_one_is_not_touched(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells its hooks and aliases by variables which repository they are in."""
    other = publisher.folder / "other"
    publisher.git(publisher.folder, "init", "--quiet", other)
    (other / "kept.txt").write_text("mine\n")
    publisher.git(other, "add", ".")
    publisher.git(other, "commit", "--quiet", "-m", "mine")
    change(publisher.root)
    for name, value in {"GIT_DIR": other / ".git", "GIT_WORK_TREE": other}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    done = publisher.publish("--yes")
    monkeypatch.undo()
    assert done.returncode == 0, done.stderr
    assert (other / "kept.txt").read_text() == "mine\n"
    assert publisher.git(other, "status", "--porcelain") == ""
    assert publisher.log()[0] == "why"


def hooks_in(folder: Path, name: str) -> Path:
    hook = folder / "hooks" / name
    hook.parent.mkdir()
    hook.write_text(HOOK)
    hook.chmod(0o755)
    return hook.parent


REFUSALS: Mapping[str, tuple[Callable[[Path], Mapping[str, str]], str, str]] = {
    "a hook": (
        lambda folder: {"core.hooksPath": str(hooks_in(folder, "commit-msg"))},
        "ticket id missing",
        "a hook of ",
    ),
    "a signature": (
        lambda _: {"commit.gpgsign": "true", "gpg.program": "/bin/false"},
        "git cannot commit",
        "commits are signed here (commit.gpgsign)",
    ),
    "no name": (
        lambda _: {"user.name": "", "user.email": "", "user.useConfigOnly": "true"},
        "git cannot commit",
        "git config --global user.name",
    ),
}


@pytest.mark.parametrize(("settings", "said", "hint"), REFUSALS.values(), ids=REFUSALS)
def test_a_commit_that_is_refused_says_by_what_and_publishes_nothing(
    settings: Callable[[Path], Mapping[str, str]], said: str, hint: str, publisher: Publisher
) -> None:
    change(publisher.root)
    publisher.settings.update(settings(publisher.folder))
    refused = publisher.publish("--yes")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert hint in refused.stderr.partition("next:")[2]
    assert "Traceback" not in refused.stderr
    publisher.settings.clear()
    assert len(publisher.log()) == 1
