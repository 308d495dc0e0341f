"""What a version of a model is made of: sealed, and recorded with the version.

A person approves a version after a look at it. What is deployed must be what was looked at, so the
version names its model by a URI that nobody can write to, and records the hashes of what made it.
"""

from collections.abc import Mapping
from typing import Any

# First: it keeps the SDK from calling AWS while it is imported.
from ml_pipelines import session  # noqa: F401  isort: skip
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep

from ml_pipelines.settings import Settings
from ml_pipelines.sources import Sources

MODEL, SOURCES, COMMIT, IMAGE = "ModelSha256", "SourcesSha256", "CommitId", "ImageDigest"
METRIC, VALUE = "Metric", "MetricValue"
"""The keys of a version's CustomerMetadataProperties."""


class SealStep(LambdaStep):
    """Lets the platform copy the model to where nobody can replace it, under its hash.

    Attributes:
        uri: where the sealed model lies: `s3://<bucket>/registered/<sha256>/model.tar.gz`.
        sha256: the hash of the archive.
    """

    def __init__(self, name: str, *, settings: Settings, model_data: Any) -> None:
        """Create the step; the function is the platform's, and this project may only invoke it."""
        outputs = [LambdaOutput(key, LambdaOutputTypeEnum.String) for key in ("uri", "sha256")]
        super().__init__(
            name=name,
            lambda_func=Lambda(function_arn=settings.seal_function_arn),
            inputs={"source": model_data},
            outputs=outputs,
        )
        self.uri, self.sha256 = (
            self.properties.__dict__["Outputs"][output.output_name] for output in outputs
        )

    def _get_function_arn(self) -> str:
        """The ARN, without the SDK's warning that it does not write the function's code."""
        return str(self.lambda_func.function_arn)


def evidence(
    settings: Settings, sources: Sources, sealed: SealStep, metric: JsonGet
) -> Mapping[str, Any]:
    """What is recorded with a version.

    Args:
        metric: what the gate compared.
    """
    found = {
        MODEL: sealed.sha256,
        SOURCES: sources.digest,
        COMMIT: settings.commit_id,
        IMAGE: settings.image_digest,
        METRIC: metric.json_path,
        # A text: these properties take nothing else.
        VALUE: Join(on="", values=[metric]),
    }
    return {key: value for key, value in found.items() if value}
