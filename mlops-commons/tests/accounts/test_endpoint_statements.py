"""The policy of a central endpoint lets pass what those of the stages' own would, and no more."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from policy_evaluation import Request, allows

from mlops_commons.accounts.owner_statements import OwnerStatements, owner_statements
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.egress.statements import Neighbours, Place, Surroundings, endpoint_statements
from mlops_commons.stage import CreateNetwork
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.pure

DEV, PREPROD, PROD, STRANGER = "222222222222", "333333333333", "444444444444", "888888888888"
PROFILE = "rp-0123456789abcdef"
IMAGES = "763104351884"
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def config() -> PlatformConfig:
    folder = EXAMPLES / "central-endpoints"
    return load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)


@pytest.fixture(scope="module")
def printed(config: PlatformConfig) -> dict[str, OwnerStatements]:
    return {row.policy_of: row for row in owner_statements(config)}


def lets(statements: Sequence[Mapping[str, Any]], request: Request) -> bool:
    """Whether a policy of an endpoint lets a request pass: all of it is about everybody."""
    assert all(statement["Principal"] == "*" for statement in statements)
    bare = [{k: v for k, v in statement.items() if k != "Principal"} for statement in statements]
    return allows(bare, request)


def asked(by: str, action: str, of: str, resource: str = "*") -> Request:
    role = f"arn:aws:iam::{by}:role/sagemaker-p-abc123-test"
    context = {"aws:PrincipalAccount": by, "aws:PrincipalArn": role, "aws:ResourceAccount": of}
    return Request(action, resource, context)


def test_each_central_service_is_printed_once_for_all_stages(
    printed: dict[str, OwnerStatements],
) -> None:
    services = ("ecr.api", "ecr.dkr", "kms", "logs", "sts")
    assert [*printed] == [f"com.amazonaws.{REGION}.{name} of {PROFILE}" for name in services]


@pytest.mark.parametrize("account", [DEV, PREPROD, PROD])
def test_an_account_reaches_its_own_resources_and_nobody_elses(
    printed: dict[str, OwnerStatements], account: str
) -> None:
    statements = printed[f"com.amazonaws.{REGION}.kms of {PROFILE}"].statements
    assert lets(statements, asked(account, "kms:Decrypt", account))
    for other in {DEV, PREPROD, PROD, STRANGER} - {account}:
        assert not lets(statements, asked(account, "kms:Decrypt", other)), other


def test_a_stranger_s_credentials_reach_nothing(printed: dict[str, OwnerStatements]) -> None:
    for row in printed.values():
        service = row.policy_of.split(".")[3].split(" ")[0]
        request = asked(STRANGER, f"{service}:Anything", STRANGER)
        assert not lets(row.statements, request), row.policy_of


def test_models_images_come_from_dev_and_aws_alone(printed: dict[str, OwnerStatements]) -> None:
    statements = printed[f"com.amazonaws.{REGION}.ecr.dkr of {PROFILE}"].statements
    for owner, passes in ((DEV, True), (IMAGES, True), (PROD, False), (STRANGER, False)):
        assert lets(statements, asked(PREPROD, "ecr:BatchGetImage", owner)) is passes, owner
    assert not lets(statements, asked(PREPROD, "ecr:PutImage", DEV))


def policies(config: PlatformConfig) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What the stages would say of endpoints of their own, by service."""
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            network = config.network(deployment.set_name, stage.stage_name)
            assert isinstance(network, CreateNetwork)
            around = Surroundings(
                place=Place(partition="aws", region=REGION, account=stage.account),
                region=REGION,
                neighbours=Neighbours.of_stage(deployment, stage),
                rules=network.endpoint_rules,
            )
            studio = config.studio(deployment.set_name, stage.stage_name) is not None
            for row in network.shared_endpoints(studio=studio):
                yield row.service_name(REGION), list(endpoint_statements(row, around))


def test_joining_the_statements_of_stages_widens_none(
    config: PlatformConfig, printed: dict[str, OwnerStatements]
) -> None:
    own = list(policies(config))
    accounts = (DEV, PREPROD, PROD, STRANGER, IMAGES)
    for row in printed.values():
        service = row.policy_of.split(" ")[0]
        before = [documents for name, documents in own if name == service]
        actions = {a for documents in before for d in documents for a in d["Action"]}
        resources = {r for documents in before for d in documents for r in d["Resource"]}
        for by, of, action, resource in itertools.product(accounts, accounts, actions, resources):
            request = asked(by, action.replace("*", "Do"), of, resource.replace("*", "x"))
            wanted = any(lets(documents, request) for documents in before)
            assert lets(row.statements, request) is wanted, (service, request)


def test_sids_are_unique_in_each_policy(printed: dict[str, OwnerStatements]) -> None:
    for row in printed.values():
        sids = [statement["Sid"] for statement in row.statements]
        assert len(sids) == len(set(sids))
