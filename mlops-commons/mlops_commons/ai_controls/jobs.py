"""The same for the jobs of compiled SageMaker pipelines, which no standard of AWS looks at.

Source: SageMaker API Reference, CreateTrainingJob, CreateProcessingJob, CreateTransformJob,
CreateModel: a step's arguments are those of the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.ai_controls.clauses import Clause, IsOneOf, IsSet, at
from mlops_commons.ai_controls.control import Control, Severity

LOCAL_STORAGE: Final = (
    *("d", "g4dn", "g5", "g6", "g6e", "g7e", "gr6", "i3", "i3en", "i4i"),
    *("p4d", "p4de", "p5", "p5e", "p5en", "p6", "p6e", "trn1", "trn1n", "trn2"),
)
"""Instance families with local NVMe storage, which encrypts itself and refuses a volume key
(SageMaker API Reference, ResourceConfig, VolumeKmsKeyId)."""


@dataclass(frozen=True, kw_only=True)
class HasVolumes(Clause):
    """The instance type keeps its data on a volume, which takes a key."""

    def _holds(self, value: Any) -> bool | None:
        family = str(value).partition(".")[2].partition("-")[0].partition(".")[0]
        return family not in LOCAL_STORAGE and not family.endswith(("d", "dn"))


def _rows(
    number: int,
    severity: Severity,
    title: str,
    paths: Mapping[str, str],
    where: Mapping[str, Clause] | None = None,
) -> tuple[Control, ...]:
    """A row for each type of step, whose arguments say the same at different places."""
    return tuple(
        Control(
            id=f"Jobs.{number}",
            severity=severity,
            type=type_,
            title=title,
            asks=(
                IsOneOf(path=path, values=(True,)) if path.endswith(SWITCHES) else IsSet(path=path),
            ),
            where=(where[type_],) if where else (),
            source=f"SageMaker API Reference, {CALLS[type_]}",
        )
        for type_, path in paths.items()
    )


SWITCHES: Final = ("Isolation", "Encryption")
CALLS: Final = {
    "Training": "CreateTrainingJob",
    "Processing": "CreateProcessingJob",
    "Transform": "CreateTransformJob",
    "Model": "CreateModel",
}
VOLUMES: Final = {
    "Training": "ResourceConfig",
    "Processing": "ProcessingResources.ClusterConfig",
    "Transform": "TransformResources",
}
JOB_CONTROLS: Final = (
    *_rows(
        *(1, Severity.HIGH, "jobs are isolated from the network"),
        {
            "Training": "EnableNetworkIsolation",
            "Processing": "NetworkConfig.EnableNetworkIsolation",
            "Model": "EnableNetworkIsolation",
        },
    ),
    *_rows(
        *(2, Severity.MEDIUM, "jobs encrypt the traffic between their containers"),
        {
            "Training": "EnableInterContainerTrafficEncryption",
            "Processing": "NetworkConfig.EnableInterContainerTrafficEncryption",
        },
    ),
    *_rows(
        *(3, Severity.HIGH, "jobs run in private subnets"),
        {
            "Training": "VpcConfig.Subnets",
            "Processing": "NetworkConfig.VpcConfig.Subnets",
            "Model": "VpcConfig.Subnets",
        },
    ),
    *_rows(
        *(4, Severity.MEDIUM, "what jobs write is encrypted with a key of yours"),
        {
            "Training": "OutputDataConfig.KmsKeyId",
            "Processing": "ProcessingOutputConfig.KmsKeyId",
            "Transform": "TransformOutput.KmsKeyId",
        },
    ),
    *_rows(
        *(5, Severity.MEDIUM, "volumes of jobs are encrypted with a key of yours"),
        {type_: f"{place}.VolumeKmsKeyId" for type_, place in VOLUMES.items()},
        {type_: HasVolumes(path=f"{place}.InstanceType") for type_, place in VOLUMES.items()},
    ),
)


def with_defaults(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """A definition in which each parameter of the pipeline has its default value."""
    defaults = {
        f"Parameters.{parameter['Name']}": parameter["DefaultValue"]
        for parameter in definition.get("Parameters", ())
        if "DefaultValue" in parameter
    }

    def filled(value: Any) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {"Get"} and value["Get"] in defaults:
                return defaults[value["Get"]]
            return {name: filled(inner) for name, inner in value.items()}
        return [filled(inner) for inner in value] if isinstance(value, list) else value

    found: Mapping[str, Any] = filled(definition)
    return found


def steps(value: Any) -> list[Mapping[str, Any]]:
    """Every step of a definition, those behind conditions included."""
    if isinstance(value, list):
        return [step for inner in value for step in steps(inner)]
    if not isinstance(value, Mapping):
        return []
    here = [value] if value.get("Type") in CALLS and at(value, "Arguments") else []
    return here + [step for inner in value.values() for step in steps(inner)]
