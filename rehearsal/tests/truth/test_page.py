"""What the page about proofs must say, whoever generates it, and what the emulator may ask."""

import re

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.truth.document import ACTIONS, CALLS, PAGE, TYPES
from mlops_rehearsal.truth.emulator import emulated
from mlops_rehearsal.truth.level import Level
from mlops_rehearsal.truth.reference import members


def rows(table: str) -> list[list[str]]:
    text = (REPOSITORY_ROOT / PAGE).read_text(encoding="utf-8")
    _, _, rest = text.partition(f"<!-- {table}: ")
    lines = rest.partition(f"<!-- end of {table} -->")[0].splitlines()
    return [re.split(r" [|] ", line.strip("| ")) for line in lines if line.startswith("| ")][2:]


@pytest.mark.pure
@pytest.mark.parametrize("table", [TYPES, ACTIONS, CALLS])
def test_nothing_that_is_used_is_unknown_to_everybody_but_us(table: str) -> None:
    found = rows(table)
    assert len(found) >= 10
    assert [row for row in found if row[1] == Level.AWS.value] == []


NEWER = ("sagemaker:CallMlflowAppApi",)
"""Newer than the copy of the Service Authorization Reference that parliament ships; SageMaker
Developer Guide, "Set up IAM permissions for MLflow Apps"."""


@pytest.mark.app
def test_the_emulator_asks_for_no_action_that_aws_does_not_have() -> None:
    told = emulated({"AWS::S3::Bucket": [{}], "AWS::SageMaker::Domain": [{}]})
    assert len(told.deeds) >= 30
    assert [action for action in told.deeds if not members(action)] == [*NEWER]
    assert (told.types["AWS::S3::Bucket"].record, told.types["AWS::SageMaker::Domain"].record) == (
        False,
        True,
    )
    assert "s3:CreateBucket" in told.types["AWS::S3::Bucket"].actions
    assert "PutObject" in told.operations["s3"]
    assert "CreatePipeline" in told.operations["sagemaker"]
    assert "CreatePipelines" not in told.operations["sagemaker"]
