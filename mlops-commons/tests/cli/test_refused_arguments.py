"""What a verb cannot take is refused in our words, with the value and what may be there."""

from pathlib import Path

import pytest
from checkouts import APPS_HERE
from command_lines import command_line, configured

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has fewer verbs"),
]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("completion nope", "error: Invalid value for 'shell': 'nope' is not one of 'bash'"),
        ("docs build --output /etc/passwd", "'/etc/passwd' is a file"),
        ("docs build --output /proc/none", "error: --output '/proc/none' cannot be written"),
        ("infra publish", "error: Invalid value for --message: say what has changed and why"),
        ("infra publish --message=", "error: Invalid value for --message: say what"),
        ("infra publish --dry-run --set nope", "error: there is no enabled account set 'nope'"),
        ("infra synth nope", "error: 'cdk synth' has failed"),
    ],
)
def test_it_is_one_error_that_begins_as_all_do(tmp_path: Path, words: str, said: str) -> None:
    done = command_line(configured(tmp_path), *words.split())
    assert done.returncode != 0
    assert said in done.stderr
    assert "Value error" not in done.stderr
    assert "Traceback" not in done.stderr
