"""What CloudFormation reads or calls for a template besides the resources that it makes."""

from collections.abc import Iterator, Sequence
from typing import Final

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.execution_policies.passed_roles import role_arn
from mlops_commons.execution_policies.physical_names import without_included
from mlops_commons.execution_policies.required_actions import is_custom
from mlops_commons.execution_policies.resource_kinds import statement_name
from mlops_commons.execution_policies.values import is_unknown, text
from mlops_commons.iam.statements import Statement

READ_OBJECTS: Final = ("s3:GetObject", "s3:GetObjectVersion")
CALLS: Final = {"lambda": "lambda:InvokeFunction", "sns": "sns:Publish"}
"""How CloudFormation reaches who makes a custom resource, by the service of its token."""


def referred_to(stacks: Sequence[StackTemplate], assets: Sequence[str]) -> dict[str, set[str]]:
    """By action, what templates refer to without making it: assets, and roles of portfolios.

    Args:
        assets: the ARNs of objects, such as those that the CDK uploads.
    """
    objects = set(assets)
    return {**{action: objects for action in READ_OBJECTS}, "iam:GetRole": _principals(stacks)}


def reads_of_templates(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """CloudFormation reads parameters whose type is an SSM parameter, as the same role."""
    found: set[str] = set()
    for stack in stacks:
        place = stack.environment
        prefix = f"arn:{place.partition}:ssm:{place.region}:{place.account}:parameter"
        for parameter in stack.template.get("Parameters", {}).values():
            if parameter["Type"].startswith("AWS::SSM::Parameter::") and "Default" in parameter:
                found.add(f"{prefix}/{text(parameter['Default'], stack).removeprefix('/')}")
    if found:
        yield Statement(
            sid="ReadParametersOfTemplates",
            actions=("ssm:GetParameters",),
            resources=tuple(sorted(without_included(found))),
            reason="a stage may have a namespace in front of its parameters",
        )


def custom_resources(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """CloudFormation calls the functions and topics that make custom resources.

    Functions of the same template are among the resources that it makes.
    """
    found: dict[str, set[str]] = {}
    for stack in stacks:
        for resource in stack.template.get("Resources", {}).values():
            if is_custom(resource["Type"]):
                token = text(resource.get("Properties", {}).get("ServiceToken"), stack)
                service = token.split(":")[2] if token.startswith("arn:") else ""
                if service in CALLS and not is_unknown(token.rpartition(":")[2]):
                    found.setdefault(CALLS[service], set()).add(token)
    for action, tokens in found.items():
        yield Statement(
            sid="CallProvidersOfCustomResources",
            actions=(action,),
            resources=tuple(sorted(tokens)),
            reason="a template names them as the makers of its custom resources",
        )


def versions(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """Models are made of versions of other accounts, whose groups' policies are the other side.

    Source: SageMaker Developer Guide, "Deploy a Model Version from a Different Account"; IAM User
    Guide, "Cross-account policy evaluation logic".
    """
    found = {
        text(container.get("ModelPackageName"), stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::SageMaker::Model")
        for container in properties.get("Containers", ())
    }
    known = {version for version in found if version.startswith("arn:")}
    if known:
        yield Statement(
            sid="MakeModelsOfVersions",
            actions=("sagemaker:CreateModel", "sagemaker:DescribeModelPackage"),
            resources=tuple(sorted(known)),
            reason="projects have random ids and register versions all the time",
        )


def passed_connections(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """Whoever makes a pipeline passes it the connection of its source, by either of two names.

    Source: Developer Tools console User Guide, "Permissions and examples for AWS CodeConnections":
    PassConnection and its key PassedToService.
    """
    found = {
        arn
        for stack in stacks
        for _, properties in stack.resources("AWS::CodePipeline::Pipeline")
        for stage in properties.get("Stages", ())
        for action in stage.get("Actions", ())
        if "ConnectionArn" in (settings := action.get("Configuration", {}))
        for arn in [_connection(settings["ConnectionArn"], stack)]
    }
    for prefix in ("codeconnections", "codestar-connections") if found else ():
        yield Statement(
            sid=f"Pass{statement_name(prefix)}",
            actions=(f"{prefix}:PassConnection",),
            resources=tuple(sorted(without_included(found))),
            reason="a connection of these stacks has a random id; pipelines alone are given it",
            condition={"StringEquals": {f"{prefix}:PassedToService": "codepipeline.amazonaws.com"}},
        )


def _connection(value: object, stack: StackTemplate) -> str:
    """The ARN of a connection; of one that another stack makes, a pattern."""
    arn, place = text(value, stack), stack.environment
    made = f"arn:{place.partition}:codeconnections:{place.region}:{place.account}:connection/*"
    return arn if arn.startswith("arn:") else made


def _principals(stacks: Sequence[StackTemplate]) -> set[str]:
    """The roles that a portfolio is shared with, where a template names them."""
    found = {
        role_arn(properties.get("PrincipalARN"), stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::ServiceCatalog::PortfolioPrincipalAssociation")
    }
    return {arn for arn in found if arn.startswith("arn:")}
