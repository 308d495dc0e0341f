"""Names and paths of policies, roles and rules are as long as AWS takes them, and no longer.

How long that is, is asked of botocore's models, which the configuration's patterns are not made
from.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

OWN = "arn:aws:iam::222222222222"
GOVERNANCE = "arn:aws:iam::111111111111"
APP: Mapping[str, Any] = {
    "pipeline": {"account": "111111111111", "region": "eu-west-1"},
    "deployments": [
        {"set_name": "retail", "stages": [{"stage_name": "dev", "account": "222222222222"}]}
    ],
}


@cache
def most(service: str, shape: str) -> int:
    """The characters that a call of AWS's takes."""
    model = botocore.session.get_session().get_service_model(service)
    return int(model.shape_for(shape).metadata["max"])


def path_of(characters: int) -> str:
    """A path of so many characters, the slashes around it included."""
    parts, rest = divmod(characters - 1, 65)
    return "".join(f"{'p' * 64}/" for _ in range(parts)) + (f"{'q' * (rest - 1)}/" if rest else "")


def persona(arn: str) -> dict[str, Any]:
    return {
        "sagemaker": {
            "personas": {"auditor": {"policy_arns": [arn], "actions": ["athena:GetWorkGroup"]}}
        }
    }


def organization(**keys: Any) -> dict[str, Any]:
    return {"org": keys}


NAMES = {
    "policy of a persona": lambda n: ({}, persona(f"{OWN}:policy/{'n' * n}")),
    "policy of a bootstrap": lambda n: (
        {
            "pipeline": {
                **APP["pipeline"],
                "bootstrap": {"execution_policy_arn": f"{GOVERNANCE}:policy/{'n' * n}"},
            }
        },
        {},
    ),
    "boundary": lambda n: (organization(permissions_boundary={"name": "n" * n, "deny": []}), {}),
}
ROLES = {
    "role of the portfolio": lambda n: ({"portfolio": {"role_arns": [f"{OWN}:role/{'n' * n}"]}}, {})
}
PATHS = {
    "path of a persona's policy": lambda n: ({}, persona(f"{OWN}:policy/{path_of(n)}Name")),
    "path of the boundary": lambda n: (
        organization(permissions_boundary={"name": f"{path_of(n)}Name", "deny": []}),
        {},
    ),
    "path of roles": lambda n: (organization(roles={"path": f"/{path_of(n)}"}), {}),
    "path of a role of the portfolio": lambda n: (
        {"portfolio": {"role_arns": [f"{OWN}:role/{path_of(n)}Name"]}},
        {},
    ),
}
RULES = {
    "rule of Route 53 Resolver": lambda n: (
        {},
        {
            "network": {
                "default_create_network": {
                    "resolver_rule_ids": [f"rslvr-rr-{'a' * (n - len('rslvr-rr-'))}"]
                }
            }
        },
    )
}
CASES = [
    *((*row, "iam", "policyNameType") for row in NAMES.items()),
    *((*row, "iam", "roleNameType") for row in ROLES.items()),
    *((*row, "iam", "pathType") for row in PATHS.items()),
    *((*row, "route53resolver", "ResourceId") for row in RULES.items()),
]


@pytest.mark.parametrize(
    ("files", "service", "shape"),
    [row[1:] for row in CASES],
    ids=[row[0] for row in CASES],
)
def test_as_long_as_aws_takes_it_and_no_longer(
    files: Any, service: str, shape: str, tmp_path: Path
) -> None:
    longest = most(service, shape)
    load(tmp_path, *files(longest))
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, *files(longest + 1))
    assert all(problem.line > 1 for problem in refused.value.problems)


def load(folder: Path, app: Mapping[str, Any], infra: Mapping[str, Any]) -> None:
    """Load both files; JSON is YAML."""
    files = {
        "app.yml": {"cdk_app_config": {**APP, **app}},
        "infra.yml": {"cdk_infra_app_config": infra},
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=1))
    load_config(folder / "app.yml", folder / "infra.yml")


@pytest.mark.parametrize("end", ["policy/x/", "policy//x", "policy/"])
def test_an_arn_of_a_policy_ends_with_its_name(end: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not the ARN of an IAM policy"):
        load(tmp_path, {}, persona(f"{OWN}:{end}"))


@pytest.mark.parametrize("key", ["subnet_ids", "security_group_ids"])
def test_builds_have_each_part_of_their_vpc_once(key: str, tmp_path: Path) -> None:
    ids = {"subnet_ids": "subnet-0123456789abcdef0", "security_group_ids": "sg-0123456789abcdef0"}
    vpc: dict[str, Any] = {"vpc_id": "vpc-0123456789abcdef0", **{k: [v] for k, v in ids.items()}}
    load(tmp_path, organization(builds={"vpc": vpc}), {})
    vpc[key] = [ids[key], ids[key]]
    with pytest.raises(ConfigError, match="stands there twice") as refused:
        load(tmp_path, organization(builds={"vpc": vpc}), {})
    (problem,) = refused.value.problems
    assert problem.path == f"org.builds.vpc.{key}[1]"
