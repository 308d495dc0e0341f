"""Doctor looks at the keys of the platform's own stacks, wherever an alias still leads to them."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.session import Session
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import load_config
from mlops_commons.contract import TagKey
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.platform_keys import USABLE, look_at_platform_keys
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, SAMPLE

pytestmark = pytest.mark.pure

CONFIG = load_config(SAMPLE / CDK_APP_CONFIG.name, SAMPLE / CDK_INFRA_APP_CONFIG.name)
ROW = next(row for row in bootstrap_plan(CONFIG) if row.account == "222222222222")
WHEN = datetime(2026, 11, 30, tzinfo=UTC)
ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
OURS = {"Key": str(TagKey.APP), "Value": "mlops-infra"}


class Signed:
    """A session whose two clients answer what they are told, as AWS's models have it."""

    def __init__(self, tags: list[dict[str, str]], status: str, key: dict[str, Any]) -> None:
        credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        place = {"region_name": "eu-west-1", **credentials}
        self.clients = {name: boto3.client(name, **place) for name in ("cloudformation", "kms")}
        stubs = {name: Stubber(client) for name, client in self.clients.items()}
        common = {"StackName": "dev-mlops-infra", "CreationTime": WHEN}
        stack = {**common, "StackStatus": "CREATE_COMPLETE", "Tags": tags}
        stubs["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]})
        rows = [
            {
                "LogicalResourceId": kind,
                "PhysicalResourceId": name,
                "ResourceType": kind,
                "LastUpdatedTimestamp": WHEN,
                "ResourceStatus": status,
            }
            for kind, name in (("AWS::KMS::Key", ID), ("AWS::KMS::Alias", "alias/ours"))
        ]
        answer = {"StackResourceSummaries": rows}
        stubs["cloudformation"].add_response("list_stack_resources", answer)
        stubs["kms"].add_response(
            "describe_key", {"KeyMetadata": {"KeyId": ID, **key}}, {"KeyId": ID}
        )
        for stub in stubs.values():
            stub.activate()

    def client(self, name: str) -> Any:
        """The client of a service."""
        return self.clients[name]


def found(
    key: dict[str, Any], *, tags: list[dict[str, str]] | None = None, status: str = ""
) -> list[Finding]:
    session = Signed([OURS] if tags is None else tags, status or "CREATE_COMPLETE", key)
    return list(look_at_platform_keys("here", ROW, session, CONFIG))


def test_a_key_that_is_scheduled_for_deletion_is_an_error_with_the_way_back() -> None:
    (finding,) = found({"KeyState": "PendingDeletion", "DeletionDate": WHEN})
    assert finding.level is Level.ERROR
    assert f"{ID} of the stack dev-mlops-infra is PendingDeletion" in finding.message
    assert "lost on 2026-11-30" in finding.message
    assert finding.remedy.startswith(f"aws kms cancel-key-deletion --key-id {ID}")
    assert f"aws kms enable-key --key-id {ID} --region eu-west-1" in finding.remedy


def test_a_disabled_key_is_an_error_too() -> None:
    (finding,) = found({"KeyState": "Disabled"})
    assert finding.level is Level.ERROR
    assert "is Disabled: what is encrypted" in finding.message
    assert finding.remedy.startswith("aws kms enable-key")


def test_keys_that_encrypt_are_counted() -> None:
    (finding,) = found({"KeyState": "Enabled"})
    assert (finding.level, finding.message) == (Level.OK, "1 key of the platform can encrypt")


@pytest.mark.parametrize(
    "other", [{"tags": [{"Key": "Name", "Value": "theirs"}]}, {"status": "DELETE_SKIPPED"}]
)
def test_keys_of_others_and_those_that_a_stack_has_left_are_not_looked_at(
    other: dict[str, Any],
) -> None:
    assert found({"KeyState": "Disabled"}, **other) == []


def test_the_states_are_those_of_kms() -> None:
    states = set(Session().get_service_model("kms").shape_for("KeyState").enum)
    assert states > USABLE
    unusable = {"Disabled", "PendingDeletion", "PendingImport", "Unavailable"}
    assert states - USABLE - {"PendingReplicaDeletion"} == unusable
