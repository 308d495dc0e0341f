"""The two pipelines of a project: from code to a registered model, from a model to prod."""

from typing import Any, Final

from cdk_service_catalog.project import actions, naming
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.props import ProjectProps, TargetStage
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub

MODEL_VARIABLE: Final = "ModelPackageArn"
NEWEST: Final = "latest"
NOTHING: Final = "none"
"""What Verify exports when there is no approved version, or no template of it."""
SYNTH: Final = "Synth"
MODEL: Final = f"#{{{actions.CHOOSE}.MODEL_PACKAGE_ARN}}"
ARCHIVE: Final = "MODEL_DATA_URI"
ARCHIVES: Final = (ARCHIVE, "PREVIOUS_DATA_URI")
"""Of this version and the one before: what they bring, tests ask."""
OF_THE_VERSION: Final = ("MODEL_PACKAGE_ARN", ARCHIVE, "MODEL_IMAGE", "MODEL_SKILL")
"""What synthesis is told of the version that Choose has found."""
INFERENCE_PIPELINE: Final = "INFERENCE_PIPELINE"
"""The batch pipeline that was published with its training, of products that have one."""
IMAGE: Final = "BuildImage"


def pipeline_resources(definition: ProductDefinition, props: ProjectProps) -> Resources:
    """Both pipelines."""
    return {
        "BuildPipeline": _pipeline(
            naming.BUILD_REPOSITORY,
            "BuildPipeline",
            [
                _stage(actions.SOURCE, actions.source(naming.BUILD_REPOSITORY, naming.BUILD_CODE)),
                _build(definition),
            ],
        ),
        "DeployPipeline": _pipeline(
            naming.DEPLOY_REPOSITORY,
            "DeployPipeline",
            [
                _stage(
                    actions.SOURCE, actions.source(naming.DEPLOY_REPOSITORY, naming.DEPLOY_CODE)
                ),
                _stage(actions.CHOOSE, _choose(props)),
                _stage(SYNTH, _synth(definition), _verify(props)),
                *(_deliver(stage, definition, props) for stage in props.stages),
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
    """The image by what its build has pushed: a tag says nothing of what it will name later."""
    commit = {"COMMIT_ID": f"#{{{actions.SOURCE}.CommitId}}"}
    if not definition.image_repository:
        return _stage(
            "Build",
            actions.build("RunPipeline", "TrainProject", code=naming.BUILD_CODE, variables=commit),
        )
    digest = {"IMAGE_DIGEST": f"#{{{IMAGE}.IMAGE_DIGEST}}"}
    return _stage(
        "Build",
        actions.build(
            IMAGE, "ImageProject", code=naming.BUILD_CODE, namespace=IMAGE, variables=commit
        ),
        actions.build(
            "RunPipeline",
            "TrainProject",
            code=naming.BUILD_CODE,
            run_order=2,
            variables={**commit, **digest},
        ),
    )


def _choose(props: ProjectProps) -> actions.Action:
    wanted = {"wanted": f"#{{variables.{MODEL_VARIABLE}}}"}
    return actions.gate(actions.CHOOSE, props.gate.choose, wanted)


def _synth(definition: ProductDefinition) -> actions.Action:
    told = (*OF_THE_VERSION, *[INFERENCE_PIPELINE] * definition.inference_pipeline)
    return actions.build(
        SYNTH,
        "SynthProject",
        code=naming.DEPLOY_CODE,
        output=naming.ASSEMBLY,
        variables={name: f"#{{{actions.CHOOSE}.{name}}}" for name in told},
    )


def _verify(props: ProjectProps) -> actions.Action:
    """What a project's code has made goes no further than here; stages take what this writes."""
    return actions.gate(
        actions.VERIFY,
        props.gate.verify,
        {"model": MODEL, "commit": f"#{{{actions.SOURCE}.CommitId}}"},
        run_order=2,
        inputs=[naming.ASSEMBLY],
        outputs=[naming.VERIFIED],
    )


def _deliver(
    stage: TargetStage, definition: ProductDefinition, props: ProjectProps
) -> dict[str, Any]:
    """A stage of the pipeline; it is skipped, and the run stays green, while there is no model."""
    steps = [actions.prepare(stage, props, artifact=naming.VERIFIED)]
    if stage.approved:
        before = props.stages[props.stages.index(stage) - 1]
        steps.append(actions.approval(stage, tested=before.name, run_order=len(steps) + 1))
    steps.append(actions.deploy(stage, props, run_order=len(steps) + 1))
    steps.append(_test(stage, definition, props, run_order=len(steps) + 1))
    return {**_stage(f"Deploy-{stage.name}", *steps), "BeforeEntry": _something_is_delivered()}


def _test(
    stage: TargetStage, definition: ProductDefinition, props: ProjectProps, *, run_order: int
) -> actions.Action:
    return actions.build(
        f"Test-{stage.name}",
        f"Test{stage.id}Project",
        code=naming.DEPLOY_CODE,
        category="Test",
        run_order=run_order,
        variables={
            "STAGE": stage.name,
            "ENDPOINT_NAME": naming.endpoint(stage.name),
            "TEST_ROLE_ARN": props.stage_role_arn(stage, "test"),
            "MODEL_PACKAGE_ARN": MODEL,
            **{
                name: f"#{{{actions.CHOOSE}.{name}}}"
                for name in (ARCHIVES if definition.samples else ())
            },
        },
    )


def _something_is_delivered() -> dict[str, Any]:
    """Skip the stage unless Verify hands something on.

    Source: CodePipeline User Guide, "Configure conditions for a stage": of the rules, VariableCheck
    may skip.
    """
    rule = {
        "Name": "SomethingIsDelivered",
        "RuleTypeId": {
            "Category": "Rule",
            "Owner": "AWS",
            "Provider": "VariableCheck",
            "Version": "1",
        },
        "Configuration": {
            "Variable": f"#{{{actions.VERIFY}.DELIVERS}}",
            "Operator": "NE",
            "Value": NOTHING,
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
