"""The actions of CodePipeline that a project's pipelines are made of."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.props import ProjectProps, TargetStage
from mlops_commons.utilities.cloudformation import ref, sub

Action = dict[str, Any]
SOURCE, CHOOSE, VERIFY = "Source", "Choose", "Verify"
CHANGE_SET = "Verified"
CAPABILITIES = "CAPABILITY_NAMED_IAM"


def source(repository: str, code: str) -> Action:
    """Fetch the repository; a rule of EventBridge starts the pipeline, so nothing polls.

    Args:
        code: the artifact that it becomes.
    """
    return _action(
        SOURCE,
        "Source",
        "CodeCommit",
        {
            "RepositoryName": sub(repository),
            "BranchName": naming.BRANCH,
            "PollForSourceChanges": False,
        },
        outputs=[code],
        namespace=SOURCE,
    )


def build(
    name: str,
    project: str,
    *,
    code: str,
    category: str = "Build",
    run_order: int = 1,
    output: str = "",
    namespace: str = "",
    variables: Mapping[str, str] | None = None,
) -> Action:
    """Run a CodeBuild project on the source.

    Args:
        project: the logical id of the CodeBuild project.
        code: the artifact with the source.
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
        inputs=[code],
        outputs=[output] if output else [],
        namespace=namespace,
    )


def gate(
    name: str,
    function: str,
    parameters: Mapping[str, str],
    *,
    run_order: int = 1,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
) -> Action:
    """Ask a function of the platform, which the project's own code cannot change.

    Args:
        name: also the namespace of what the function exports.
        parameters: how the function knows the project and the run; they are in the product's
            template. Who starts a run gives one of them at most, a variable of the pipeline.
    """
    known = {"project_name": "${SageMakerProjectName}", "project_id": naming.ID}
    return _action(
        name,
        "Invoke",
        "Lambda",
        {
            "FunctionName": function,
            "UserParameters": sub(json.dumps({**known, **parameters})),
        },
        run_order=run_order,
        inputs=inputs,
        outputs=outputs,
        namespace=name,
    )


def approval(stage: TargetStage, *, tested: str, run_order: int) -> Action:
    """A person looks before the stage is changed; who subscribes to the topic is told.

    A value of a configuration has 1,000 characters at most (API_ActionDeclaration); the gate
    exports short texts.

    Args:
        tested: the stage whose tests have passed before this one can be reached.
    """
    return _action(
        f"Approve-{stage.name}",
        "Approval",
        "Manual",
        {
            "NotificationArn": ref("Notifications"),
            "CustomData": sub(
                f"Deploy version #{{{CHOOSE}.VERSION}} of project ${{SageMakerProjectName}} to "
                f"{stage.name} (account ${{{stage.account}}})? Metric: #{{{CHOOSE}.METRIC}}. "
                f"Report: #{{{CHOOSE}.REPORT}} . "
                f"Commit: #{{{SOURCE}.CommitId}}. The tests in {tested} have passed. Changes in "
                f"{stage.name}: #{{{VERIFY}.CHANGES_{stage.variable}}}."
            ),
        },
        run_order=run_order,
    )


def prepare(stage: TargetStage, props: ProjectProps, *, artifact: str) -> Action:
    """Make a change set of the stage's stack, with the roles that are there for projects."""
    settings = {
        "ActionMode": "CHANGE_SET_REPLACE",
        "TemplatePath": f"{artifact}::{stage.name}.template.json",
        "Capabilities": CAPABILITIES,
        "RoleArn": sub(props.cloudformation_role_arn(stage)),
    }
    return _of_stage("Prepare", stage, props, settings, inputs=[artifact])


def deploy(stage: TargetStage, props: ProjectProps, *, run_order: int) -> Action:
    """Execute the change set that was prepared, and that a person has seen in most stages."""
    settings = {"ActionMode": "CHANGE_SET_EXECUTE"}
    return _of_stage("Deploy", stage, props, settings, run_order=run_order)


def _of_stage(
    verb: str,
    stage: TargetStage,
    props: ProjectProps,
    settings: Mapping[str, Any],
    *,
    run_order: int = 1,
    inputs: Sequence[str] = (),
) -> Action:
    stack = sub(naming.deploy_stack(stage.name))
    return {
        **_action(
            f"{verb}-{stage.name}",
            "Deploy",
            "CloudFormation",
            {"StackName": stack, "ChangeSetName": CHANGE_SET, **settings},
            run_order=run_order,
            inputs=inputs,
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
