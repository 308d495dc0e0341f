"""Commands that messages tell people to paste: what a person has chosen is one word in them."""

import re
import shlex
from pathlib import Path

import pytest

import mlops_commons
from mlops_commons.accounts.profiles import session_of
from mlops_commons.config.reading import restored
from mlops_commons.config.set_change import deletion
from mlops_commons.utilities.errors import UnreadableError

pytestmark = pytest.mark.pure

ODD = "a b;touch x"
UNQUOTED = re.compile(r"--(?:profile|config) \{(?!shlex\.quote\(|quoted\}|folder\})")


def test_a_profile_is_one_word() -> None:
    with pytest.raises(UnreadableError) as caught:
        session_of(ODD, "eu-west-1")
    assert shlex.split(caught.value.hint.partition(": ")[2])[-1] == ODD
    assert shlex.split(deletion("stack", "eu-west-1", ODD))[-1] == ODD


def test_a_folder_is_one_word() -> None:
    command = restored(Path("/tmp") / ODD / "cdk-app.yml").partition(": ")[2]
    assert shlex.split(command)[1:] == ["--config", f"/tmp/{ODD}", "config"]


def test_no_message_leaves_a_profile_or_a_folder_unquoted() -> None:
    package = Path(mlops_commons.__file__).parent
    found = [
        f"{file.relative_to(package)}: {line.strip()}"
        for file in sorted(package.rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if UNQUOTED.search(line)
    ]
    assert found == []
