"""The guide to growth says what the command counts."""

import json
import re
from pathlib import Path

import pytest
from command_lines import command_line, configured

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

GUIDE = REPOSITORY_ROOT / "docs" / "how-to" / "grow.md"
ROW = re.compile(
    r"^\| (governance|dev) \| (.+?) \| (\d+) \| (\d+) (?:projects|sets) \|$", re.MULTILINE
)


def test_the_guide_to_growth_says_what_the_command_counts(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    sets, projects = re.findall(r"doctor --capacity (\d+) (\d+)", text)[0]
    done = command_line(configured(tmp_path), "doctor", "--capacity", sets, projects, "--json")
    assert done.returncode == 0, done.stderr
    counted = [
        (row["account"], row["quota"], str(row["default"]), str(row["lasts"]))
        for row in json.loads(done.stdout)
    ]
    written = ROW.findall(text)
    assert written == counted[: len(written)]
    assert len(written) > 3
    # Roles, with rules, are what a dev account runs out of first: 13 and 4 for each project.
    (first, *_) = (row for row in counted if row[0] == "dev")
    assert int(first[3]) > 70
