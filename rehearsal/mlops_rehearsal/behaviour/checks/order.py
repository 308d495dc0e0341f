"""What acts as soon as it is made waits for what it acts with."""

import json
from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.asking import role_of
from mlops_rehearsal.behaviour.checks.subnets import is_public
from mlops_rehearsal.behaviour.policies import policies_of
from mlops_rehearsal.behaviour.stack import Resource, Stack
from mlops_rehearsal.behaviour.walking import walk

BUILD: Final = "AWS::CodeBuild::Project"
AT_ONCE: Final = (
    "AWS::CodePipeline::Pipeline",  # it runs when it is made
    "AWS::EC2::FlowLog",
    "AWS::SageMaker::Model",
    "AWS::SageMaker::Pipeline",
)
"""Source: "DependsOn attribute", CloudFormation User Guide: a policy that is a resource of its own
is not awaited by what has its role's ARN."""
ROLE_PROPERTIES: Final = (
    *("ServiceRole", "RoleArn", "ExecutionRoleArn", "DeliverLogsPermissionArn", "Role"),
    "ExecutionRole",
)


def policies_are_awaited(stack: Stack) -> Iterator[str]:
    """What acts with a role waits for the role's policies."""
    for found in stack.resources.values():
        if not _acts_at_once(stack, found):
            continue
        for role in roles_of(stack, found):
            for policy in policies_of(stack, role):
                if not _used_at_once(found, policy):
                    continue
                if policy.id not in stack.awaited[found.id]:
                    yield f"{found.id} acts as {role.id} before {policy.id} is there"


def _used_at_once(found: Resource, policy: Resource) -> bool:
    """Of a build, when it is made, only what lets it look at its VPC."""
    return found.type != BUILD or "ec2:" in json.dumps(policy.properties)


def custom_resources_await_policies(stack: Stack) -> Iterator[str]:
    """A custom resource calls its functions at once, with whatever their roles may do then."""
    for found in stack.resources.values():
        if "ServiceToken" not in found.properties:
            continue
        awaited = stack.awaited[found.id]
        for function in stack.of_type("AWS::Lambda::Function"):
            role = role_of(stack, function.properties.get("Role"))
            if function.id not in awaited or role is None:
                continue
            for policy in policies_of(stack, role):
                if policy.id not in awaited:
                    yield f"{found.id} calls {function.id} before {policy.id} is there"


def routes_await_the_gateway(stack: Stack) -> Iterator[str]:
    """Source: "AWS::EC2::Route" and "AWS::EC2::NatGateway": both need the attached gateway."""
    attachments = {found.id for found in stack.of_type("AWS::EC2::VPCGatewayAttachment")}
    for found in stack.of_type("AWS::EC2::Route", "AWS::EC2::NatGateway"):
        nat = found.type == "AWS::EC2::NatGateway" and is_public(found)
        internet = nat or "GatewayId" in found.properties
        if internet and not attachments & stack.awaited[found.id]:
            yield f"{found.id} does not wait for the internet gateway to be attached"


def names_are_awaited(stack: Stack) -> Iterator[str]:
    """What AWS looks up by its name when something is made exists by then.

    Source: RegisterScalableTarget, Application Auto Scaling API Reference (ValidationException for
    a resource that is not there); CreatePipeline starts a run, whose source is the repository.
    """
    for found in stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget"):
        name = found.properties["ResourceId"].split("/")[1]
        endpoint = stack.referenced(name, "AWS::SageMaker::Endpoint")
        if endpoint is None or endpoint.id not in stack.awaited[found.id]:
            yield f"{found.id} scales the endpoint {name}, which it does not wait for"
    for found in stack.of_type("AWS::CodePipeline::Pipeline"):
        for _, value in walk(found.properties["Stages"]):
            name = value.get("RepositoryName") if isinstance(value, dict) else None
            repository = stack.referenced(name, "AWS::CodeCommit::Repository") if name else None
            if repository and repository.id not in stack.awaited[found.id]:
                yield f"{found.id} runs before its source {repository.id} is there"


def launches_await_their_role(stack: Stack) -> Iterator[str]:
    """Nobody can launch before the launch role has its policies: the portfolio comes last."""
    constraints = list(stack.of_type("AWS::ServiceCatalog::LaunchRoleConstraint"))
    for found in constraints:
        role = role_of(stack, found.properties.get("RoleArn"))
        wanted = {policy.id for policy in policies_of(stack, role)} if role else set()
        missing = wanted - stack.awaited[found.id]
        if missing:
            yield f"{found.id} offers launches before {', '.join(sorted(missing))}"
        offers = {
            offer.id
            for offer in stack.of_type("AWS::ServiceCatalog::PortfolioProductAssociation")
            if offer.properties["ProductId"] == found.properties["ProductId"]
        }
        if not offers & stack.awaited[found.id]:
            yield f"{found.id} constrains a product that is not in the portfolio yet"


def roles_of(stack: Stack, found: Resource) -> Iterator[Resource]:
    """The roles that a resource is given."""
    for path, value in walk(dict(found.properties)):
        if path and path[-1] in ROLE_PROPERTIES and isinstance(value, str):
            role = role_of(stack, value)
            if role:
                yield role


def _acts_at_once(stack: Stack, found: Resource) -> bool:
    if found.type == BUILD:
        # CreateProject looks at the VPC with the role (CodeBuild User Guide, "Troubleshooting").
        return "VpcConfig" in found.properties
    if found.type == "AWS::Events::Rule":
        repositories: Any = stack.of_type("AWS::CodeCommit::Repository")
        return any(repositories)  # its first commit is an event
    return found.type in AT_ONCE
