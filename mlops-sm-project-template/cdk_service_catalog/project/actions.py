"""The actions of CodePipeline that a project's pipelines are made of."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps, TargetStage
from mlops_commons.utilities.cloudformation import ref, sub

Action = dict[str, Any]
SOURCE = "Source"
CAPABILITIES = "CAPABILITY_NAMED_IAM"


def source(repository: str) -> Action:
    """Fetch the repository; a rule of EventBridge starts the pipeline, so nothing polls."""
    return _action(
        SOURCE,
        "Source",
        "CodeCommit",
        {
            "RepositoryName": sub(repository),
            "BranchName": naming.BRANCH,
            "PollForSourceChanges": False,
        },
        outputs=[SOURCE],
        namespace=SOURCE,
    )


def build(
    name: str,
    project: str,
    *,
    category: str = "Build",
    run_order: int = 1,
    output: str = "",
    namespace: str = "",
    variables: Mapping[str, str] | None = None,
) -> Action:
    """Run a CodeBuild project on the source.

    Args:
        project: the logical id of the CodeBuild project.
        output: the name of the artifact that it leaves; none for none.
        namespace: under which the variables that it exports are known afterwards.
        variables: environment variables of this run; values may hold `#{...}` of CodePipeline
            and names of `Fn::Sub`.
    """
    configuration: dict[str, Any] = {"ProjectName": ref(project)}
    if variables:
        listed = [
            {"name": name, "type": "PLAINTEXT", "value": value} for name, value in variables.items()
        ]
        configuration["EnvironmentVariables"] = _text(json.dumps(listed))
    return _action(
        name,
        category,
        "CodeBuild",
        configuration,
        run_order=run_order,
        inputs=[SOURCE],
        outputs=[output] if output else [],
        namespace=namespace,
    )


def approval(stage: TargetStage) -> Action:
    """A person looks before the stage is changed; who subscribes to the topic is told."""
    return _action(
        f"Approve-{stage.name}",
        "Approval",
        "Manual",
        {
            "NotificationArn": ref("Notifications"),
            "CustomData": sub(
                f"Deploy project ${{SageMakerProjectName}} to {stage.name} "
                f"(account ${{{stage.account}}})?"
            ),
        },
    )


def deploy(stage: TargetStage, props: ProjectProps, *, artifact: str, run_order: int) -> Action:
    """Create or update the stage's stack with the roles that are there for projects."""
    return {
        **_action(
            f"Deploy-{stage.name}",
            "Deploy",
            "CloudFormation",
            {
                "ActionMode": "CREATE_UPDATE",
                "StackName": sub(naming.deploy_stack(stage.name)),
                "TemplatePath": f"{artifact}::{stage.name}.template.json",
                "Capabilities": CAPABILITIES,
                "RoleArn": sub(props.cloudformation_role_arn(stage)),
            },
            run_order=run_order,
            inputs=[artifact],
        ),
        "Region": ref("DeploymentRegion"),
        "RoleArn": sub(props.deploy_role_arn(stage)),
    }


def _text(value: str) -> Any:
    return sub(value) if "${" in value else value


def _action(
    name: str,
    category: str,
    provider: str,
    configuration: Mapping[str, Any],
    *,
    run_order: int = 1,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    namespace: str = "",
) -> Action:
    return {
        "Name": name,
        "ActionTypeId": {
            "Category": category,
            "Owner": "AWS",
            "Provider": provider,
            "Version": "1",
        },
        "Configuration": dict(configuration),
        "RunOrder": run_order,
        "InputArtifacts": [{"Name": artifact} for artifact in inputs],
        "OutputArtifacts": [{"Name": artifact} for artifact in outputs],
        **({"Namespace": namespace} if namespace else {}),
    }
