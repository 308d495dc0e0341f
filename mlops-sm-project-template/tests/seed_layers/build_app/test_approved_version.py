"""The version that a new model is compared with: looked up, checked, handed to the pipeline."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ml_pipelines.approved_version import (
    NotSealed,
    approved_version,
    compares,
    settled,
)
from ml_pipelines.settings import EXAMPLE

GROUP = EXAMPLE.model_package_group_name
ARN = f"arn:aws:sagemaker:eu-west-1:111122223333:model-package/{GROUP}/3"
SHA256 = "a" * 64
SEALED = f"s3://{EXAMPLE.artifact_bucket}/registered/{SHA256}/model.tar.gz"
LISTED = {
    "ModelPackageGroupName": GROUP,
    "ModelApprovalStatus": "Approved",
    "SortBy": "CreationTime",
    "SortOrder": "Descending",
}


@pytest.fixture
def sagemaker() -> Iterator[tuple[Any, Stubber]]:
    credentials = {"aws_access_key_id": "never", "aws_secret_access_key": "sent"}
    client = boto3.client("sagemaker", region_name="eu-west-1", **credentials)
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def _summary(arn: str) -> dict[str, Any]:
    return {
        "ModelPackageArn": arn,
        "ModelPackageGroupName": GROUP,
        "ModelPackageStatus": "Completed",
        "CreationTime": 0,
    }


def _registered(stubber: Stubber, uri: str, recorded: str) -> None:
    stubber.add_response(
        "list_model_packages", {"ModelPackageSummaryList": [_summary(ARN)]}, LISTED
    )
    described = {
        "ModelPackageName": GROUP,
        "ModelPackageArn": ARN,
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "CustomerMetadataProperties": {"ModelSha256": recorded},
        "InferenceSpecification": {"Containers": [{"Image": "image", "ModelDataUrl": uri}]},
    }
    stubber.add_response("describe_model_package", described, {"ModelPackageName": ARN})


def test_the_newest_approved_version_is_handed_to_the_pipeline(
    sagemaker: tuple[Any, Stubber],
) -> None:
    client, stubber = sagemaker
    _registered(stubber, SEALED, SHA256)
    assert approved_version(client, EXAMPLE) == {
        "ApprovedVersion": ARN,
        "ApprovedModelUri": SEALED,
        "ApprovedModelSha256": SHA256,
    }


def test_where_nothing_is_approved_the_pipeline_keeps_its_defaults(
    sagemaker: tuple[Any, Stubber],
) -> None:
    client, stubber = sagemaker
    # A filter may leave a page empty.
    stubber.add_response(
        "list_model_packages", {"ModelPackageSummaryList": [], "NextToken": "more"}, LISTED
    )
    stubber.add_response(
        "list_model_packages", {"ModelPackageSummaryList": []}, {**LISTED, "NextToken": "more"}
    )
    assert approved_version(client, EXAMPLE) == {}


@pytest.mark.parametrize(
    ("uri", "recorded"),
    [
        (f"s3://elsewhere/registered/{SHA256}/model.tar.gz", SHA256),
        (f"s3://{EXAMPLE.artifact_bucket}/data/model.tar.gz", SHA256),
        (SEALED, "b" * 64),
        (SEALED.replace("-artifacts", ".artifacts"), SHA256),
    ],
)
def test_a_model_that_is_not_sealed_is_never_loaded(
    sagemaker: tuple[Any, Stubber], uri: str, recorded: str
) -> None:
    client, stubber = sagemaker
    _registered(stubber, uri, recorded)
    with pytest.raises(NotSealed, match="reject that version"):
        approved_version(client, EXAMPLE)


def test_who_starts_an_execution_does_not_choose_what_it_is_compared_with() -> None:
    given = ["--approved-version", {"Get": "Parameters.ApprovedVersion"}, "--other", "stays"]
    definition = {
        "Parameters": [
            {"Name": "ApprovedVersion", "Type": "String", "DefaultValue": "none"},
            {"Name": "ApprovedModelSha256", "Type": "String", "DefaultValue": "none"},
            {"Name": "Other", "Type": "String", "DefaultValue": "stays"},
        ],
        "Steps": [
            {"Arguments": {"ContainerArguments": given, "Data": {"Get": "Parameters.Other"}}},
            {"Steps": [{"Hash": {"Get": "Parameters.ApprovedModelSha256"}}]},
        ],
    }
    assert compares(json.dumps(definition))
    found = json.loads(settled(json.dumps(definition), {"ApprovedVersion": ARN}))
    assert found == {
        "Parameters": [{"Name": "Other", "Type": "String", "DefaultValue": "stays"}],
        "Steps": [
            {
                "Arguments": {
                    "ContainerArguments": ["--approved-version", ARN, "--other", "stays"],
                    "Data": {"Get": "Parameters.Other"},
                }
            },
            {"Steps": [{"Hash": "none"}]},
        ],
    }
    assert not compares(json.dumps(found))
