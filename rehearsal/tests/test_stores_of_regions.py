"""A pipeline with actions in two regions has a store in each, as CodePipeline's API says it."""

import json
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.session import Session

from ministack_aws.delivery import codepipeline
from mlops_rehearsal.player.structure import read_pipeline

pytestmark = pytest.mark.pure

# As the CDK synthesises `AWS::CodePipeline::Pipeline`, with the keys left out of one store.
PROPERTIES: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::111111111111:role/pipeline",
    "ArtifactStores": [
        {"Region": region, "ArtifactStore": {"Type": "S3", "Location": f"copies-{region}"}}
        for region in ("eu-west-1", "eu-central-1")
    ],
    "Stages": [],
}


def test_a_list_of_cloudformation_is_the_map_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codepipeline, "all_of", lambda _: [("p", PROPERTIES)])
    monkeypatch.setattr(codepipeline, "arn", lambda *_: "arn")
    answer = codepipeline.OPERATIONS["GetPipeline"]({"name": "p"})
    # The SDK's own model reads the answer, so that another shape fails here as it fails there.
    service = Session().get_service_model("codepipeline")
    shape = service.operation_model("GetPipeline").output_shape
    response = {"body": json.dumps(answer).encode(), "headers": {}, "status_code": 200}
    parsed = create_parser("json").parse(response, shape)

    class Client:
        def get_pipeline(self, name: str) -> Any:
            return parsed

    found = read_pipeline(Client(), "p", "111111111111", "eu-west-1").stores
    assert found == {
        "": ("copies-eu-west-1", ""),
        "eu-west-1": ("copies-eu-west-1", ""),
        "eu-central-1": ("copies-eu-central-1", ""),
    }
