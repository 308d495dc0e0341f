"""What everybody sees in Studio: whoever has a role of the platform lists and reads what is there.

Sources: botocore's model of SageMaker, for the names of the operations; "Amazon SageMaker Studio UI
overview", SageMaker Developer Guide, for what its pages show.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

from mlops_rehearsal.behaviour.asking import Need, lacking
from mlops_rehearsal.behaviour.stack import Stack

SHOWN: Final = (
    *("Action", "App", "Artifact", "Context", "Domain", "Endpoint", "EndpointConfig"),
    *("Experiment", "FeatureGroup", "HyperParameterTuningJob", "Image", "Model", "ModelPackage"),
    *("ModelPackageGroup", "MonitoringSchedule", "Pipeline", "PipelineExecution"),
    *("ProcessingJob", "Project", "Space", "TrainingJob", "TransformJob", "Trial"),
    *("TrialComponent", "UserProfile"),
)
"""The nouns of what Studio's pages show."""


def everybody_sees_what_is_there(stack: Stack) -> Iterator[str]:
    """Each persona lists and describes each kind of thing."""
    anything = f"arn:aws:sagemaker:{stack.region}:{stack.account}:x/y"
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        role = stack.by_arn.get(str(parameter.properties["Value"]))
        if role and role.type == "AWS::IAM::Role" and "/role/" in parameter.properties["Name"]:
            need = Need(why="see what is there", actions=operations(), resource=anything)
            yield from lacking(stack, role, [need])


@cache
def operations() -> tuple[str, ...]:
    """The operations that list and describe the nouns."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("sagemaker")
    names = {f"{verb}{noun}" for noun in SHOWN for verb in ("Describe", "List")}
    known = {name for name in model.operation_names if name in names or name[:-1] in names}
    return tuple(f"sagemaker:{name}" for name in sorted(known))
