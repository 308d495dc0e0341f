"""The model card of a version, against what CloudFormation's registry knows of model cards."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_sagemaker
from launched_projects import product
from seed_repositories import seed_repository

pytestmark = pytest.mark.seed

TRAIN = """
import sys
from pathlib import Path
from ml_pipelines import declared
from ml_pipelines.run_locally import train_locally
train_locally(Path(declared.read().table.file), Path(sys.argv[1]))
"""
MEASURE = """
import sys
sys.path[:0] = ["tests", "source_scripts"]
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
import training_record
from evaluation import write
from made_evaluations import evaluation
from ml_pipelines import declared

@dataclass
class Hyperparameters:
    epochs: float = 3.0
    seed: int = 1

found = declared.read()
training_record.leave(
    Path(), Hyperparameters(), found, base_model=Path("data"), device="NVIDIA A10G", seen=[]
)
place = Path(sys.argv[1], "evaluate/opt/ml/processing/evaluation")
place.mkdir(parents=True)
given = Namespace(data_uri="s3://b/data/x.json", base_model_uri="s3://b/data/base-model/")
data = {"data_sha256": "a" * 64, "rows": {"train": 90, "test": 30}}
write(evaluation(found, [1.0] * 30, [0.0] * 30, [1.0] * 30), given, data, place)
"""
"""Fine-tuning needs PyTorch, which is not everywhere; what an evaluation makes of scores does not."""
PLACES = {
    "": "Content",
    "intended_uses": "IntendedUses",
    "training_details": "TrainingDetails",
    "training_job_details": "TrainingJobDetails",
    "hyper_parameters": "TrainingHyperParameter",
    "evaluation_details": "EvaluationDetail",
    "metric_groups": "MetricGroup",
    "metric_data": "MetricDataItems",
    "additional_information": "AdditionalInformation",
}
"""The type of AWS::SageMaker::ModelCard that a part of a card has; custom details have any key."""


def unknown(content: Any, place: str) -> list[str]:
    """Keys that the schema of model cards does not have."""
    if isinstance(content, list):
        return [key for each in content for key in unknown(each, place)]
    if not isinstance(content, dict) or place == "custom_details":
        return []
    kind = getattr(aws_sagemaker.CfnModelCard, f"{PLACES[place]}Property")
    allowed = {*inspect.signature(kind.__init__).parameters} - {"self"}
    wrong = [f"{place}.{key}" for key in content if key not in allowed]
    return wrong + [found for key, each in content.items() for found in unknown(each, key)]


@pytest.mark.parametrize(
    ("slug", "program"),
    [("basic", TRAIN), ("llm_finetune", MEASURE), ("genai_cv", MEASURE)],
)
def test_a_card_has_the_keys_of_the_schema_and_a_version_takes_what_is_recorded(
    slug: str, program: str, tmp_path: Path
) -> None:
    repository = seed_repository(product(slug), "build_app", tmp_path)
    done = repository.run("-c", program, str(tmp_path / "jobs"))
    assert done.returncode == 0, done.stderr
    place = tmp_path / "jobs" / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    recorded = json.loads((place / "registration.json").read_text())
    card = json.loads(recorded.pop("ModelCard"))
    assert unknown(card, "") == []
    assert unknown(card | {"nothing": 1}, "") == [".nothing"]
    assert card["training_details"]["training_job_details"]["hyper_parameters"]
    for name, value in recorded.items():
        # CustomerMetadataValue, as botocore's model of CreateModelPackage has it.
        assert re.fullmatch(r"[\w\s.:/=+@-]{1,256}", value), name
    assert (place / "report.html").read_text().lower().startswith("<!doctype html>")
