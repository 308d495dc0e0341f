"""The most that any role of a project may ever do, whatever its own policy says."""

from collections.abc import Iterable
from typing import Final

from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.execution_policies.physical_names import without_included
from mlops_commons.execution_policies.resource_kinds import statement_name
from mlops_commons.iam.reasons import NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, arns
from mlops_commons.utilities.names import project_bucket_prefix

OF_PROJECTS: Final = (
    "a boundary grants nothing: it is the outline that the policies of all projects stay within, "
    "so it names what projects of this account have in common"
)
REGISTRIES_OF_AWS: Final = "arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*"


def boundary_statements(roles: Iterable[Statement], props: ProjectProps) -> tuple[Statement, ...]:
    """One statement for each service: the actions that roles use, on what belongs to projects.

    A service that no row below names is confined to what the statements themselves name.

    Args:
        roles: the statements of every role of every product.
        props: what the projects share.
    """
    within = _resources(props)
    anywhere, actions = set(), dict[str, set[str]]()
    named: dict[str, set[str]] = {}
    for statement in roles:
        for action in statement.actions:
            if statement.resources == ("*",):
                anywhere.add(action)
            else:
                service = action.partition(":")[0]
                actions.setdefault(service, set()).add(action)
                named.setdefault(service, set()).update(statement.resources)
    return (
        *(
            Statement(
                sid=f"{statement_name(service)}OfProjects",
                actions=tuple(sorted(names)),
                resources=within.get(service) or tuple(sorted(without_included(named[service]))),
                reason=OF_PROJECTS,
            )
            for service, names in sorted(actions.items())
        ),
        Statement(
            sid="WithoutResources",
            actions=tuple(sorted(anywhere)),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
    )


def _resources(props: ProjectProps) -> dict[str, tuple[str, ...]]:
    """What projects of an account have in common, by service."""
    bucket = f"arn:${{AWS::Partition}}:s3:::{project_bucket_prefix(props.app_prefix)}"
    roles = props.org.roles
    return {
        "codebuild": arns("codebuild", "project/sagemaker-*"),
        "codecommit": arns("codecommit", "sagemaker-*"),
        "codepipeline": arns("codepipeline", "sagemaker-*"),
        "ec2": arns("ec2", "network-interface/*", "subnet/*", "security-group/*"),
        "ecr": (*arns("ecr", "repository/sagemaker-p-*"), REGISTRIES_OF_AWS),
        "iam": (roles.arn(roles.pattern("sagemaker-p-*")),),
        "kms": arns("kms", "key/*"),
        "logs": arns("logs", "log-group:/aws/codebuild/sagemaker-*", "log-group:/aws/sagemaker/*"),
        "s3": (f"{bucket}-p-*",),
        "sagemaker": arns(
            "sagemaker",
            *("model-package-group/*-p-*", "model-package/*-p-*", "pipeline/*-p-*"),
            *(f"{job}/pipelines-*" for job in ("training-job", "processing-job", "model")),
            "transform-job/pipelines-*",
            # SageMaker gives an app a random id.
            *["mlflow-app/*"] * props.mlflow,
        ),
        "sns": arns("sns", "sagemaker-*"),
        "ssm": arns("ssm", "parameter/mlops/*"),
        "sts": (
            *(roles.arn(props.deploy_role(stage), "*") for stage in props.stages),
            roles.arn(roles.pattern("sagemaker-p-*-test"), "*"),
        ),
    }
