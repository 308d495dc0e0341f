"""Tags without which the organization lets nothing be created: refused before any deployment."""

from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

FILE = """\
cdk_app_config:
  tags: {top}
  org: {{required_tags: {required}}}
  pipeline:
    account: "101010101010"
    region: eu-west-1
{pipeline}  deployments:
    - set_name: retail
      tags: {of_set}
      stages:
        - stage_name: dev
          account: "202020202021"
        - stage_name: prod
          account: "202020202022"
          tags: {prod}
"""


def problems(folder: Path, required: str, **blocks: str) -> list[str]:
    file = folder / "cdk-app.yml"
    names = ("top", "of_set", "prod")
    texts = {name: blocks.get(name, "{}") for name in names}
    file.write_text(FILE.format(required=required, pipeline=blocks.get("pipeline", ""), **texts))
    try:
        load_config(file, folder / "none.yml")
    except ConfigError as error:
        return [f"{p.line}: {p.message}" for p in error.problems]
    return []


def test_tags_of_the_platform_reach_every_account(tmp_path: Path) -> None:
    assert (
        problems(tmp_path, '{Cost: ["[0-9]{4}"], Owner: []}', top="{Cost: '4711', Owner: a}") == []
    )
    assert problems(tmp_path, "{}") == []


def test_a_stage_without_one_is_named_and_so_is_governance(tmp_path: Path) -> None:
    found = problems(tmp_path, "{Cost: []}")
    assert [line.partition(":")[0] for line in found] == ["4", "11", "13"]
    assert "the stage 'retail/dev' lacks the tag 'Cost' of org.required_tags" in found[1]
    assert "the bootstrap of governance" in found[0]


def test_another_case_is_another_key(tmp_path: Path) -> None:
    found = problems(tmp_path, "{Cost: []}", top="{cost: '1'}")
    assert "'cost' is another key for AWS" in found[0]


def test_a_value_that_is_not_allowed_is_named_where_it_stands(tmp_path: Path) -> None:
    top, prod = "{Cost: '4711'}", "{Cost: none}"
    found = problems(tmp_path, '{Cost: ["[0-9]{4}"]}', top=top, prod=prod)
    assert (
        "15: 'none' is no value of the tag 'Cost' that the organization allows: [0-9]{4}" in found
    )
    # The whole value counts, not its beginning.
    (told,) = problems(tmp_path, "{Cost: ['47']}", top=top)
    assert told == "2: '4711' is no value of the tag 'Cost' that the organization allows: 47"


def test_stages_of_one_set_that_differ_leave_governance_without_it(tmp_path: Path) -> None:
    found = problems(tmp_path, "{Cost: []}", top="{Cost: '1'}", prod="{Cost: '2'}")
    (told,) = found
    assert "different values of 'Cost', '1', '2', so its repositories and pipelines" in told


def test_a_cost_centre_for_each_set_needs_one_for_the_bootstrap_of_governance(
    tmp_path: Path,
) -> None:
    (told,) = problems(tmp_path, "{Cost: []}", of_set="{Cost: '1'}")
    assert "the bootstrap of governance" in told
    own = "    bootstrap: {toolkit_tags: {Cost: '0'}}\n"
    assert problems(tmp_path, "{Cost: []}", of_set="{Cost: '1'}", pipeline=own) == []


def test_a_pattern_that_is_none_is_named(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "{Cost: ['[0-9']}", top="{Cost: '1'}")
    assert told.startswith("3: '[0-9' is no regular expression")
