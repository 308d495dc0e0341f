"""Which roles the templates hand to services: what CloudFormation needs `iam:PassRole` for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.assembly.templates import StackTemplate, text
from mlops_commons.execution_policies.physical_names import generated_name
from mlops_commons.execution_policies.resource_kinds import KINDS

ROLE: Final = next(kind for kind in KINDS if kind.name == "iam:role")


@dataclass(frozen=True, kw_only=True)
class Pass:
    """A property that hands a role to a service.

    Attributes:
        path: the way to it below the properties; lists are passed through.
        service: the service principal, `iam:PassedToService`.
    """

    type: str
    path: tuple[str, ...]
    service: str


def _pass(resource_type: str, path: str, service: str) -> Pass:
    return Pass(
        type=f"AWS::{resource_type}",
        path=tuple(path.split(".")),
        service=f"{service}.amazonaws.com",
    )


PASSES: Final = (
    _pass("CodeBuild::Project", "ServiceRole", "codebuild"),
    _pass("CodePipeline::Pipeline", "RoleArn", "codepipeline"),
    # The role of an action may be of another account.
    _pass("CodePipeline::Pipeline", "Stages.Actions.RoleArn", "codepipeline"),
    _pass("EC2::FlowLog", "DeliverLogsPermissionArn", "vpc-flow-logs"),
    _pass("Events::Rule", "RoleArn", "events"),
    _pass("Events::Rule", "Targets.RoleArn", "events"),
    _pass("Lambda::Function", "Role", "lambda"),
    _pass("S3::Bucket", "ReplicationConfiguration.Role", "s3"),
    _pass("SageMaker::DataQualityJobDefinition", "RoleArn", "sagemaker"),
    _pass("SageMaker::Domain", "DefaultSpaceSettings.ExecutionRole", "sagemaker"),
    _pass("SageMaker::Domain", "DefaultUserSettings.ExecutionRole", "sagemaker"),
    _pass("SageMaker::Model", "ExecutionRoleArn", "sagemaker"),
    _pass("SageMaker::ModelQualityJobDefinition", "RoleArn", "sagemaker"),
    _pass("SageMaker::Pipeline", "RoleArn", "sagemaker"),
    _pass("SageMaker::UserProfile", "UserSettings.ExecutionRole", "sagemaker"),
    _pass("Scheduler::Schedule", "Target.RoleArn", "scheduler"),
    _pass("ServiceCatalog::LaunchRoleConstraint", "RoleArn", "servicecatalog"),
)


def passed_roles(stacks: Sequence[StackTemplate]) -> dict[str, tuple[str, ...]]:
    """The patterns of the ARNs of the roles that each service is handed, by service principal."""
    found: dict[str, set[str]] = {}
    for stack in stacks:
        for row in PASSES:
            for _, properties in stack.resources(row.type):
                for value in _values(properties, row.path):
                    found.setdefault(row.service, set()).add(role_arn(value, stack))
    return {service: tuple(sorted(roles)) for service, roles in sorted(found.items())}


def role_arn(value: Any, stack: StackTemplate) -> str:
    """The pattern of the ARN of a role that a property names."""
    roles = dict(stack.resources("AWS::IAM::Role"))
    if isinstance(value, Mapping) and "Fn::GetAtt" in value:
        logical_id = value["Fn::GetAtt"][0]
        if logical_id in roles:
            return _own_role(stack, logical_id, roles[logical_id])
    return text(value, stack)


def _own_role(stack: StackTemplate, logical_id: str, properties: Mapping[str, Any]) -> str:
    given = properties.get("RoleName")
    name = generated_name(ROLE, stack, logical_id) if given is None else text(given, stack)
    place = stack.environment
    return ROLE.arn.format(
        partition=place.partition,
        account=place.account,
        region=place.region,
        path=text(properties.get("Path", "/"), stack),
        name=name,
    )


def _values(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for entry in value:
            yield from _values(entry, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values(value[path[0]], path[1:])
