"""Which version is deployed, asked of SageMaker's API as botocore models it."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deploy_app.errors import DeployError
from deploy_app.select_model import NONE, chosen, select
from deploy_app.settings import Settings, load_settings

FILE = Path(__file__).with_name("settings.yml")
GROUP = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/group"
NAMED = f"{GROUP}/7"


def settings(version: str = "latest") -> Settings:
    loaded = load_settings({"DEPLOY_SETTINGS": str(FILE)})
    return loaded.model_copy(update={"model_package_arn": version})


class Registry:
    """The API's answers, in the order in which they must be asked for."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.stub = Stubber(self.client)

    def status(self, version: str, status: str) -> None:
        answer = {
            "ModelPackageName": "group",
            "ModelPackageArn": version,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": 0,
            "ModelApprovalStatus": status,
        }
        self.stub.add_response("describe_model_package", answer, {"ModelPackageName": version})

    def page(self, *versions: str, token: str = "", following: str = "") -> None:
        asked = {
            "ModelPackageGroupName": settings().model_package_group_name,
            "ModelApprovalStatus": "Approved",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            **({"NextToken": token} if token else {}),
        }
        listed = [
            {
                "ModelPackageName": "group",
                "ModelPackageArn": version,
                "CreationTime": 0,
                "ModelPackageStatus": "Completed",
            }
            for version in versions
        ]
        answer: dict[str, Any] = {"ModelPackageSummaryList": listed}
        self.stub.add_response(
            "list_model_packages", answer | ({"NextToken": following} if following else {}), asked
        )

    def select(self, version: str) -> str:
        with self.stub:
            found = select(self.client, settings(version))
        self.stub.assert_no_pending_responses()
        return found


@pytest.fixture
def registry() -> Registry:
    return Registry()


def test_the_version_that_an_event_names_is_taken_when_it_is_approved(registry: Registry) -> None:
    registry.status(NAMED, "Approved")
    assert registry.select(NAMED) == NAMED


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_a_version_that_is_not_approved_gives_way_to_the_newest_approved(
    registry: Registry, status: str
) -> None:
    registry.status(NAMED, status)
    registry.page(f"{GROUP}/6", f"{GROUP}/5")
    assert registry.select(NAMED) == f"{GROUP}/6"


def test_an_empty_page_is_not_the_end(registry: Registry) -> None:
    registry.page(following="more")
    registry.page(f"{GROUP}/2", token="more")
    assert registry.select("latest") == f"{GROUP}/2"


def test_without_an_approved_version_nothing_is_chosen(registry: Registry) -> None:
    registry.page()
    assert registry.select("latest") == NONE


def test_a_missing_choice_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="python -m deploy_app.select_model"):
        chosen(tmp_path / "model.json")


def test_missing_and_wrong_settings_are_named_all_at_once() -> None:
    with pytest.raises(DeployError) as raised:
        load_settings({"PROJECT_NAME": "Churn", "PROJECT_ID": "p-1", "DEV_ACCOUNT": "12"})
    for name in ("PROJECT_NAME", "DEV_ACCOUNT", "PROD_ACCOUNT", "ARTIFACT_BUCKET"):
        assert name in str(raised.value)
    assert "PROJECT_ID" not in str(raised.value)


def test_the_environment_of_the_pipeline_is_enough() -> None:
    loaded = settings()
    environment = {name.upper(): value for name, value in loaded.model_dump().items() if value}
    assert load_settings(environment) == loaded


def test_a_namespace_goes_in_front_of_parameters() -> None:
    assert settings().parameter("preprod", "/vpc/id") == "/bu1/vpc/id"
    assert settings().parameter("prod", "/vpc/id") == "/vpc/id"
