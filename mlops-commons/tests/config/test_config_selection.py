"""The configuration of one set, cut out of the files."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.config import only_set
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG

pytestmark = pytest.mark.pure


def text_of(numbers: list[int], *, flow: bool, comments: bool) -> str:
    lines = ["# head", "cdk_app_config:", "  app_prefix: mlops  # kept", "  deployments:"]
    if flow:
        entries = [f"{{set_name: set-{n}, stages: [{{account: '{n:012}'}}]}}" for n in numbers]
        return "\n".join([*lines[:-1], f"  deployments: [{', '.join(entries)}]", ""])
    for n in numbers:
        if comments:
            lines.append(f"    # account {n:012}")
        lines += [f"    - set_name: set-{n}", "      stages:", f"        - account: '{n:012}'"]
    return "\n".join([*lines, "  tags:", "    a: b", ""])


numbers = st.lists(st.integers(1, 10**9), min_size=1, max_size=6, unique=True)


@given(numbers=numbers, flow=st.booleans(), comments=st.booleans(), pick=st.integers(0, 5))
def test_exactly_one_set_is_left_and_no_trace_of_another(
    numbers: list[int], flow: bool, comments: bool, pick: int
) -> None:
    kept = numbers[pick % len(numbers)]
    text = only_set(text_of(numbers, flow=flow, comments=comments), f"set-{kept}")
    sets = [entry["set_name"] for entry in yaml.safe_load(text)["cdk_app_config"]["deployments"]]
    assert sets == [f"set-{kept}"]
    assert not [n for n in numbers if n != kept and f"{n:012}" in text]
    assert only_set(text, f"set-{kept}") == text


def test_everything_else_stays_as_it_is_written() -> None:
    text = only_set(text_of([1, 2], flow=False, comments=True), "set-2")
    assert text == text_of([2], flow=False, comments=True)


@pytest.mark.parametrize("file", [CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG], ids=lambda file: file.name)
def test_the_sample_with_its_one_set_is_not_changed(file: object) -> None:
    from pathlib import Path

    assert isinstance(file, Path)
    if not file.is_file():
        pytest.skip("this checkout has no mlops-infra")
    assert only_set(file.read_text(), "business-unit-1") == file.read_text()


def test_networks_and_studios_are_cut_too() -> None:
    text = """\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: a
        stages: []
      - set_name: b
        stages: []
  sagemaker:
    deployments:
      - set_name: b
        stages: []
"""
    left = yaml.safe_load(only_set(text, "a"))["cdk_infra_app_config"]
    assert [entry["set_name"] for entry in left["network"]["deployments"]] == ["a"]
    assert left["sagemaker"]["deployments"] is None
