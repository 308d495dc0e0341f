"""The two pipelines of a project: from code to a registered model, from a model to prod."""

from typing import Any, Final

from cdk_service_catalog.project import actions, naming
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import STAGES, TESTED, ProjectProps, TargetStage
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub

MODEL_VARIABLE: Final = "ModelPackageArn"
NEWEST: Final = "latest"
NO_MODEL: Final = "none"
"""What the synth action exports when no version is approved yet, as on a project's first day."""
SYNTH: Final = "Synth"
ASSEMBLY: Final = "Assembly"


def pipeline_resources(definition: ProductDefinition, props: ProjectProps) -> Resources:
    """Both pipelines."""
    return {
        "BuildPipeline": _pipeline(
            naming.BUILD_REPOSITORY,
            "BuildPipeline",
            [_stage(actions.SOURCE, actions.source(naming.BUILD_REPOSITORY)), _build(definition)],
        ),
        "DeployPipeline": _pipeline(
            naming.DEPLOY_REPOSITORY,
            "DeployPipeline",
            [
                _stage(actions.SOURCE, actions.source(naming.DEPLOY_REPOSITORY)),
                _stage(SYNTH, _synth()),
                *(_deliver(stage, props) for stage in STAGES),
            ],
            variables=[
                {
                    "Name": MODEL_VARIABLE,
                    "DefaultValue": NEWEST,
                    "Description": f"The version to deploy, or '{NEWEST}' approved one",
                }
            ],
        ),
    }


def _build(definition: ProductDefinition) -> dict[str, Any]:
    tag = {"IMAGE_TAG": f"#{{{actions.SOURCE}.CommitId}}"} if definition.image_repository else {}
    image = actions.build("BuildImage", "ImageProject", variables=tag)
    train = actions.build("RunPipeline", "TrainProject", run_order=2 if tag else 1, variables=tag)
    return _stage("Build", *([image] if tag else []), train)


def _synth() -> actions.Action:
    return actions.build(
        SYNTH,
        "SynthProject",
        output=ASSEMBLY,
        namespace=SYNTH,
        variables={"MODEL_PACKAGE_ARN": f"#{{variables.{MODEL_VARIABLE}}}"},
    )


def _deliver(stage: TargetStage, props: ProjectProps) -> dict[str, Any]:
    """A stage of the pipeline; it is skipped, and the run stays green, while there is no model."""
    steps = [actions.approval(stage)] if stage.approved else []
    steps.append(actions.deploy(stage, props, artifact=ASSEMBLY, run_order=len(steps) + 1))
    if stage.name in TESTED:
        steps.append(
            actions.build(
                f"Test-{stage.name}",
                "TestProject",
                category="Test",
                run_order=len(steps) + 1,
                variables={
                    "STAGE": stage.name,
                    "ENDPOINT_NAME": naming.endpoint(stage.name),
                    "TEST_ROLE_ARN": naming.stage_role_arn(stage.account, stage.name, "test"),
                    "MODEL_PACKAGE_ARN": f"#{{{SYNTH}.MODEL_PACKAGE_ARN}}",
                },
            )
        )
    return {**_stage(f"Deploy-{stage.name}", *steps), "BeforeEntry": _a_model_is_chosen()}


def _a_model_is_chosen() -> dict[str, Any]:
    """Skip the stage unless synth has chosen a version.

    Source: CodePipeline User Guide, "Configure conditions for a stage": of the rules, VariableCheck
    may skip.
    """
    rule = {
        "Name": "AVersionIsApproved",
        "RuleTypeId": {
            "Category": "Rule",
            "Owner": "AWS",
            "Provider": "VariableCheck",
            "Version": "1",
        },
        "Configuration": {
            "Variable": f"#{{{SYNTH}.MODEL_PACKAGE_ARN}}",
            "Operator": "NE",
            "Value": NO_MODEL,
        },
    }
    return {"Conditions": [{"Result": "SKIP", "Rules": [rule]}]}


def _stage(name: str, *steps: actions.Action) -> dict[str, Any]:
    return {"Name": name, "Actions": list(steps)}


def _pipeline(
    name: str,
    role: str,
    stages: list[dict[str, Any]],
    *,
    variables: list[dict[str, str]] | None = None,
) -> Resource:
    return {
        "Type": "AWS::CodePipeline::Pipeline",
        # It starts when it is made, so what it needs comes first.
        "DependsOn": ["BuildRepository", "DeployRepository", f"{role}Policy"],
        "Properties": {
            "Name": sub(name),
            "PipelineType": "V2",
            "RoleArn": attribute(f"{role}Role", "Arn"),
            "ArtifactStore": {
                "Type": "S3",
                "Location": ref("PipelineBucket"),
                "EncryptionKey": {"Type": "KMS", "Id": attribute("PipelineKey", "Arn")},
            },
            "Stages": stages,
            **({"Variables": variables} if variables else {}),
        },
    }
