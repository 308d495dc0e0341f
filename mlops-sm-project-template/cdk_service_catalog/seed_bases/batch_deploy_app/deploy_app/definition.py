"""The inference pipeline's definition, in which the stage's values replace the placeholders.

The build repository compiles it (`ml_pipelines/inference/pipeline.py`), and the version that is
trained with it names it: the deploy pipeline's Choose tells it in a variable.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import aws_cdk as cdk

from deploy_app.errors import DeployError

FILE = Path("inference_pipeline.json")
PLACEHOLDERS = (
    "arn:aws:iam::000000000000:role/stage-execution-role",
    "stage-key-arn",
    "stage-data-bucket",
    "stage-subnet-ids",
    "stage-security-group-id",
    "stage-model-package-arn",
    "stage-model-name",
)


def download(uri: str, s3: Any, file: Path = FILE) -> None:
    """Write the definition to a file.

    Args:
        uri: where it was published: `s3://<artifact bucket>/sources/<sha256>/inference.json`.
    """
    place = urlparse(uri)
    answer = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
    file.write_bytes(answer["Body"].read())


def stage_definition(values: Mapping[str, str], file: Path = FILE) -> str:
    """The body of the pipeline in a stage, for CloudFormation.

    Args:
        values: texts or tokens of the CDK for each of PLACEHOLDERS.

    Raises:
        DeployError: there is no definition, or it lacks a placeholder.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DeployError(
            f"there is no definition ({error}); get it with: python -m deploy_app.select_model"
        ) from None
    missing = [name for name in PLACEHOLDERS if name not in text]
    if missing:
        raise DeployError(f"{file} does not have the placeholders {', '.join(missing)}")
    # Whatever looks like a reference of CloudFormation is text here.
    text = text.replace("${", "${!")
    names = {}
    for number, placeholder in enumerate(PLACEHOLDERS):
        names[f"Stage{number}"] = values[placeholder]
        text = text.replace(placeholder, f"${{Stage{number}}}")
    return cdk.Fn.sub(text, names)
