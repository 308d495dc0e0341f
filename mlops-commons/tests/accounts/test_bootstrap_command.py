"""What an organization wants of the bootstrap, in the words of the pinned CDK CLI."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.accounts.bootstrap_command import bootstrap_command
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, EXAMPLES, REPOSITORY_ROOT
from mlops_commons.utilities.toolkit import Toolkit

pytestmark = pytest.mark.pure

REGISTRY = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/cli/cli-type-registry.json"
"""The options of the CDK CLI, as its own parser is made of them."""
SAMPLE = load_config(EXAMPLES / "sample" / CDK_APP_CONFIG.name, Path("none"))
ROW = bootstrap_plan(SAMPLE)[1]
EVERYTHING = Toolkit(
    qualifier="acme",
    toolkit_stack_name="acme-toolkit",
    template=Path("bootstrap.yaml"),
    public_access_block=False,
    kms_key_id="alias/cdk",
    termination_protection=True,
    deny_external_id=False,
)


def options() -> dict[str, Any]:
    registry = json.loads(REGISTRY.read_text())
    found: dict[str, Any] = registry["commands"]["bootstrap"]["options"]
    return {**registry["globalOptions"], **found}


def flags(row: BootstrapRow) -> dict[str, str]:
    """Each option with what follows it; a switch is followed by nothing."""
    words = bootstrap_command(row, ["arn:aws:iam::aws:policy/X"], {"Owner": "cloud"})
    pairs = zip(words, [*words[1:], ""], strict=True)
    return {
        word.removeprefix("--"): "" if after.startswith("--") else after
        for word, after in pairs
        if word.startswith("--")
    }


def test_every_option_is_one_of_the_pinned_cli_and_has_a_value_of_its_type() -> None:
    known = options()
    for name, value in flags(replace(ROW, boundary="org", toolkit=EVERYTHING)).items():
        assert name in known, name
        if known[name]["type"] == "boolean":
            assert value in ("", "false"), name
        else:
            assert value, name


def test_each_setting_becomes_an_option() -> None:
    default = flags(ROW)
    assert set(default) == {
        *("profile", "trust", "cloudformation-execution-policies", "tags"),
    }
    chosen = flags(replace(ROW, boundary="org", toolkit=EVERYTHING))
    assert {name: value for name, value in chosen.items() if name not in default} == {
        "custom-permissions-boundary": "org",
        "apply-permissions-boundary-to-all-roles": "",
        "qualifier": "acme",
        "toolkit-stack-name": "acme-toolkit",
        "template": "bootstrap.yaml",
        "bootstrap-kms-key-id": "alias/cdk",
        "public-access-block-configuration": "false",
        "deny-external-id": "false",
        "termination-protection": "",
    }
