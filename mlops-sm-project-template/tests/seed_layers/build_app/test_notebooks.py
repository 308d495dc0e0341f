"""Each notebook is one, holds no results, and its cells run in their order.

Cells tagged `aws` ask clients that answer as AWS's service models say; `slow` ones are compiled.
"""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from ml_pipelines import start_pipeline
from ml_pipelines.sources import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
PIPELINE = "churn-p-0abc1def"
ARN = "arn:aws:sagemaker:eu-west-1:111122223333"
EXECUTION = f"{ARN}:pipeline/{PIPELINE}/execution/0123456789ab"
VERSION = f"{ARN}:model-package/{PIPELINE}/1"
SUMMARY = {
    "ModelPackageGroupName": PIPELINE,
    "ModelPackageVersion": 1,
    "ModelPackageArn": VERSION,
    "CreationTime": 0,
    "ModelPackageStatus": "Completed",
    "ModelApprovalStatus": "Approved",
}
ANSWERS: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {
    "sagemaker": [
        (
            "start_pipeline_execution",
            {"PipelineExecutionArn": EXECUTION},
            {"PipelineName": PIPELINE, "PipelineParameters": []},
        ),
        (
            "list_pipeline_execution_steps",
            {"PipelineExecutionSteps": [{"StepName": "Train", "StepStatus": "Executing"}]},
            {"PipelineExecutionArn": EXECUTION, "SortOrder": "Ascending"},
        ),
        (
            "list_model_packages",
            {"ModelPackageSummaryList": [SUMMARY]},
            {
                "ModelPackageGroupName": PIPELINE,
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
            },
        ),
        (
            "describe_model_package",
            {
                "ModelPackageName": PIPELINE,
                "ModelPackageArn": VERSION,
                "CreationTime": 0,
                "ModelPackageStatus": "Completed",
                "ModelPackageStatusDetails": {"ValidationStatuses": []},
                "CustomerMetadataProperties": {"Metric": "mse", "MetricValue": "2.3"},
            },
            {"ModelPackageName": VERSION},
        ),
    ],
    "sagemaker-runtime": [
        (
            "invoke_endpoint",
            {"Body": StreamingBody(BytesIO(b"9.5\n"), 4)},
            {"EndpointName": f"{PIPELINE}-dev", "ContentType": ANY, "Body": ANY},
        )
    ],
    "s3": [("put_object", {}, {"Bucket": ANY, "Key": ANY, "Body": ANY})],
    "sts": [("get_caller_identity", {"Account": "111122223333"}, {})],
}


def cells(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return found


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stubber]:
    """What `boto3.client` gives, each for the calls that a notebook makes."""
    made: dict[str, Stubber] = {}
    real = boto3.client

    def client(service: str) -> Any:
        found = real(
            service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        made[service] = Stubber(found)
        for operation, answer, asked in ANSWERS[service]:
            asked = {**asked, "Accept": "text/csv"} if _csv(service) else asked
            made[service].add_response(operation, answer, asked)
        made[service].activate()
        return found

    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setattr(start_pipeline, "of_this_repository", lambda: PIPELINE)
    return made


def _csv(service: str) -> bool:
    texts = "".join("".join(cell["source"]) for file in NOTEBOOKS for cell in cells(file))
    return service == "sagemaker-runtime" and "text/csv" in texts


def test_a_repository_has_a_notebook() -> None:
    assert [file.name for file in NOTEBOOKS] == ["first-steps.ipynb"]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_a_notebook_has_the_form_of_one_and_holds_no_results(file: Path) -> None:
    # The form: Jupyter, nbformat 4.5 ("The Jupyter Notebook Format").
    content = json.loads(file.read_text(encoding="utf-8"))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert {*content} == {"cells", "metadata", "nbformat", "nbformat_minor"}
    ids = [cell["id"] for cell in content["cells"]]
    assert len(ids) == len({*ids})
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    for cell in content["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            keys |= {"execution_count", "outputs"}
            assert (cell["execution_count"], cell["outputs"]) == (None, [])
        else:
            assert cell["cell_type"] == "markdown"
        assert {*cell} == keys
        assert all(line.endswith("\n") for line in cell["source"][:-1])


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_the_cells_of_a_notebook_run(
    file: Path,
    clients: dict[str, Stubber],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(file.parent)
    # What the cells change of it ends with the test.
    monkeypatch.syspath_prepend(str(REPOSITORY))
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells(file):
        if cell["cell_type"] == "code":
            code = compile("".join(cell["source"]), f"{file.name} {cell['id']}", "exec")
            if "slow" not in cell["metadata"].get("tags", []):
                exec(code, names)
    shown = capsys.readouterr().out
    assert f"started {EXECUTION}" in shown
    assert "1 Approved mse 2.3" in shown
    assert len(clients) >= 2
    for stubber in clients.values():
        stubber.assert_no_pending_responses()
    if "code" in names:
        assert "passes the gate" in shown
        assert (REPOSITORY / "local-run" / "report.html").is_file()
