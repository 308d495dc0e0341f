"""Faults as hands make them in sources, planted in what the sources make: each is told."""

import re
from importlib import import_module

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.behaviour.stack import Stack

BENCH = REPOSITORY_ROOT / "rehearsal" / "bench"

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(not BENCH.is_dir(), reason="benchmarks are in the monorepo only"),
]


def test_every_fault_in_a_template_is_told_by_a_check_or_a_validator(
    templates: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    rows = list(import_module("planted.in_process").in_stacks(templates))
    page = (REPOSITORY_ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    assert f"what projects deploy | {len(rows)} |" in page
    missed = [(name, said[:200]) for name, _, says, said in rows if not re.search(says, said)]
    assert missed == []
