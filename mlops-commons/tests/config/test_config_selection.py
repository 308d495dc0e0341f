"""The configuration of one set, cut out of the files."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.config import only_set
from mlops_commons.config.document import read_document
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

HEAD = '# head\ncdk_app_config:\n  pipeline: {account: "101010101010"}  # governance\n'
TAIL = "  # after the list\n  tags:\n    a: b\n"
KEPT = "    - set_name: credit\n      stages:\n        - {account: '303030303031'}  # dev\n"
OTHER = "    - set_name: retail\n      stages:\n        - {account: '202020202021'}\n"


def entry(number: int, style: str) -> str:
    """One set in one of the layouts that people write; its account is `number`."""
    account = f"{number:012}"
    stages = f"[{{stage_name: dev, account: '{account}'}}]"
    return {
        "block": f"    - set_name: set-{number}\n      stages:\n        - account: '{account}'\n",
        "number": f"    - stages:\n        - account: {account}\n      set_name: set-{number}\n",
        "own line": f"    -\n      set_name: set-{number}\n      stages: {stages}\n",
        "one line": f"    - {{set_name: Set-{number}, stages: {stages}}}\n",
        "anchor": f"    - &a{number}\n      set_name: set-{number}\n      stages: {stages}\n",
        "merge": f"    - {{<<: {{set_name: ' set-{number} '}}, stages: {stages}}}\n",
        "comment above": f"    # {account}\n    - {{set_name: set-{number}, stages: {stages}}}\n",
        "blank above": f"    # {account}\n\n    - {{set_name: set-{number}, stages: {stages}}}\n",
        "comment below": f"    - {{set_name: set-{number}, stages: {stages}}}\n      # {account}\n",
        "comment in line": f"    - {{set_name: set-{number}, stages: {stages}}}  # {account}\n",
        "dedented comment": f"    - {{set_name: set-{number}, stages: {stages}}}\n  # {account}\n",
    }[style]


STYLES = (
    *("block", "number", "own line", "one line", "anchor", "merge"),
    *("comment above", "blank above", "comment below", "comment in line", "dedented comment"),
)
sets = st.dictionaries(
    st.integers(1, 10**9), st.sampled_from(STYLES), min_size=1, max_size=5
).filter(lambda found: len({f"{n:012}" for n in found}) == len(found))


@given(sets=sets, pick=st.integers(0, 4), head=st.booleans(), crlf=st.booleans())
def test_exactly_one_set_is_left_and_no_trace_of_another(
    sets: dict[int, str], pick: int, head: bool, crlf: bool
) -> None:
    kept = list(sets)[pick % len(sets)]
    accounts = " ".join(f"{number:012}" for number in sets)
    text = f"# {accounts}\n{HEAD}" if head else HEAD
    text += f"  deployments:  # {accounts}\n" if head else "  deployments:\n"
    text += "".join(entry(number, style) for number, style in sets.items()) + TAIL
    text = text.replace("\n", "\r\n") if crlf else text
    left = only_set(text, f"SET-{kept}")
    content = read_document(Path("cdk-app.yml"), left).content["cdk_app_config"]
    (only,) = content["deployments"]
    assert only["set_name"].strip().lower() == f"set-{kept}"
    assert only["stages"][0]["account"] == f"{kept:012}"
    assert (content["tags"], content["pipeline"]) == ({"a": "b"}, {"account": "101010101010"})
    assert not [number for number in sets if number != kept and f"{number:012}" in left]
    assert only_set(left, f"set-{kept}") == left


def test_everything_else_stays_as_it_is_written() -> None:
    text = f"{HEAD}  deployments:\n    # about retail\n{OTHER}    # about credit\n{KEPT}{TAIL}"
    left = f"{HEAD}  deployments:\n    # about credit\n{KEPT}{TAIL}"
    assert only_set(text, "credit") == left
    assert only_set(left, "Credit") == left


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}  deployments: [{{set_name: retail}}, {{set_name: credit, at: 012345670123}}]\n",
        HEAD
        + "  deployments:\n"
        + OTHER.replace("- set_name", "- &r\n      set_name")
        + "    - {<<: *r, set_name: credit, stages: []}\n",
        HEAD
        + "  deployments:\n"
        + OTHER.replace("      stages", "      tags: &t {a: b}\n      stages")
        + KEPT.replace("      stages", "      tags: *t\n      stages"),
    ],
    ids=["list in one line", "the other set merged in", "an anchor in the other set"],
)
def test_what_cannot_be_cut_out_by_lines_is_written_again_with_the_same_meaning(text: str) -> None:
    def sets(source: str) -> list[object]:
        content = yaml.load(source, Loader=yaml.SafeLoader)["cdk_app_config"]["deployments"]
        return [entry for entry in content if entry["set_name"] == "credit"]

    left = only_set(text, "credit")
    assert sets(left) == sets(text) == yaml.safe_load(left)["cdk_app_config"]["deployments"]
    assert "202020202021" not in left
    assert only_set(left, "credit") == left


def test_an_account_that_the_kept_set_has_too_may_stay_in_comments() -> None:
    text = f"{HEAD}  deployments:\n{OTHER}{KEPT.replace('303030303031', '202020202021')}"
    assert "# dev" in only_set(text, "credit")


def test_a_hash_in_a_value_is_not_a_comment() -> None:
    value = "  app_prefix: 'a # 202020202021'\n"
    left = only_set(f"{HEAD}{value}  deployments:\n{OTHER}{KEPT}", "credit")
    assert value in left


ROLE = "arn:aws:iam::{}:role/launches"
OURS, THEIRS = ROLE.format("303030303031"), ROLE.format("202020202021")
GOVERNANCE = ROLE.format("101010101010")


@pytest.mark.parametrize(
    ("roles", "left"),
    [
        (
            f"    role_arns:\n      - {THEIRS}\n      - {OURS}  # ours\n",
            f"    role_arns:\n      - {OURS}  # ours\n",
        ),
        (f"    role_arns:\n      - {OURS}\n      - {GOVERNANCE}\n", None),
        (f"    role_arns: [{OURS}, {THEIRS}]\n", [OURS]),
        (f"    role_arns: [{THEIRS}]\n", []),
    ],
    ids=["in lines", "none of others", "in one line", "of others alone"],
)
def test_a_role_in_the_account_of_another_set_goes_with_that_set(
    roles: str, left: str | list[str] | None
) -> None:
    text = f"{HEAD}  portfolio:\n{roles}  deployments:\n{OTHER}{KEPT}"
    found = only_set(text, "credit")
    assert "202020202021" not in found
    if isinstance(left, list):
        content = yaml.safe_load(found)["cdk_app_config"]
        assert content["portfolio"]["role_arns"] == left
    else:
        assert (left or roles) in found
    assert only_set(found, "credit") == found


@pytest.mark.parametrize("text", ["", "a: b\n", "- a\n", "cdk_app_config:\n  deployments:\n"])
def test_a_file_without_sets_is_not_changed(text: str) -> None:
    assert only_set(text, "credit") == text


@pytest.mark.parametrize("name", ["cdk-app.yml", "cdk-infra-app.yml"])
def test_an_example_with_one_set_is_not_changed(name: str) -> None:
    text = (EXAMPLES / "imported-network" / name).read_text()
    assert only_set(text, "business-unit-1") == text


@pytest.mark.parametrize("name", ["cdk-app.yml", "cdk-infra-app.yml"])
def test_of_an_example_with_two_sets_one_is_left(name: str) -> None:
    left = only_set((EXAMPLES / "two-sets" / name).read_text(), "credit")
    assert ("retail" in left, "credit" in left) == (False, True)


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
