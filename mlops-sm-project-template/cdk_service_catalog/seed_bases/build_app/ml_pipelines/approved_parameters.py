"""The parameters by which a pipeline knows the approved version that it compares with.

They are for the code here alone: `run-pipeline` puts the version in their place.
"""

from collections.abc import Sequence
from typing import Any

from sagemaker.core.workflow.parameters import ParameterString

from ml_pipelines.approved_version import MODEL, NONE, SHA256, VERSION


class ApprovedVersion:
    """The parameters, an input and the arguments of the job that compares.

    Attributes:
        model: the URI of the approved version's archive.
    """

    def __init__(self, *, nothing: str) -> None:
        """Create the parameters.

        Args:
            nothing: what the input is where no version is approved; an input has to be something.
        """
        self.version = ParameterString(VERSION, default_value=NONE)
        self.model = ParameterString(MODEL, default_value=nothing)
        self.sha256 = ParameterString(SHA256, default_value=NONE)

    @property
    def parameters(self) -> Sequence[ParameterString]:
        """What the pipeline has until `run-pipeline` knows the version."""
        return (self.version, self.model, self.sha256)

    @property
    def arguments(self) -> Sequence[Any]:
        """What `evaluate.py` is called with."""
        return ("--approved-version", self.version, "--approved-sha256", self.sha256)
