"""Each role is assumed by the service that it is given to, for this account, and by nobody else.

Sources: "The confused deputy problem", IAM User Guide; "Monitoring user resource access from
Studio" (sts:SetSourceIdentity in the trust of execution roles), SageMaker Developer Guide; "AWS
managed policies for SageMaker projects and JumpStart" for the roles of SageMaker's own templates.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, listed
from mlops_rehearsal.behaviour.asking import context, role_of
from mlops_rehearsal.behaviour.policies import (
    POLICIES,
    principals,
    resource_allows,
    services_of,
    statements,
)
from mlops_rehearsal.behaviour.stack import Resource, Stack
from mlops_rehearsal.behaviour.walking import walk

FOREIGN: Final = "999999999999"
GIVEN: Final = (
    ("AWS::CodeBuild::Project", "ServiceRole", "codebuild"),
    ("AWS::CodePipeline::Pipeline", "RoleArn", "codepipeline"),
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", "vpc-flow-logs"),
    ("AWS::Events::Rule", "RoleArn", "events"),
    ("AWS::Lambda::Function", "Role", "lambda"),
    ("AWS::SageMaker::Domain", "ExecutionRole", "sagemaker"),
    ("AWS::SageMaker::UserProfile", "ExecutionRole", "sagemaker"),
    ("AWS::SageMaker::Model", "ExecutionRoleArn", "sagemaker"),
    ("AWS::SageMaker::Pipeline", "RoleArn", "sagemaker"),
    ("AWS::Scheduler::Schedule", "RoleArn", "scheduler"),
    ("AWS::ServiceCatalog::LaunchRoleConstraint", "RoleArn", "servicecatalog"),
)
OF_AWS: Final[Mapping[str, tuple[str, ...]]] = {
    "LaunchRole": ("servicecatalog",),
    "UseRole": ("cloudformation", "codebuild", "codepipeline", "events", "sagemaker"),
    "CodeBuildRole": ("codebuild",),
    "CodePipelineRole": ("codepipeline",),
    "CloudformationRole": ("cloudformation",),
    "EventsRole": ("events",),
    "ApiGatewayRole": ("apigateway",),
    "FirehoseRole": ("firehose",),
    "GlueRole": ("glue",),
    "LambdaRole": ("lambda",),
    "ExecutionRole": ("sagemaker",),
}
"""What trusts whom, in the page on SageMaker's managed policies for projects."""
ASSUMED_BY: Final = (
    ("-project-deploy-", "role/sagemaker-p-abc123-deploy-pipeline"),
    ("-test", "role/sagemaker-p-iiiiiiiiiiiiii-test-{stage}"),
)
"""Who assumes a role across accounts: the deploy pipeline of a project in dev, and its tests."""
NAMELESS: Final = ("lambda", "cloudformation")
"""Services that name neither source account nor source ARN when they assume a role that was passed
to them: "Lambda execution role" and "AWS CloudFormation service role" have no such condition."""
PREFIX: Final = "AmazonSageMakerServiceCatalogProducts"


def roles_are_trusted_by_their_services(stack: Stack) -> Iterator[str]:
    """The service that is given a role may assume it, for this account only."""
    for role in stack.of_type("AWS::IAM::Role"):
        trust = role.properties["AssumeRolePolicyDocument"]
        given = set(services_given(stack, role))
        if not given and not any(principals(trust)):
            yield f"{role.id} is given to nobody"
        for service in sorted(given):
            for action in _assuming(stack, role, service):
                if not resource_allows(
                    trust, service, _assume(stack, service, action, stack.account)
                ):
                    yield f"{role.id}: {service} may not {action}"
                if _conditioned(stack, role, service) and resource_allows(
                    trust, service, _assume(stack, service, action, FOREIGN)
                ):
                    yield f"{role.id}: {service} may {action} for {FOREIGN}"
        for service in sorted(set(services_of(trust)) - given):
            yield f"{role.id} trusts {service}, which nothing here gives it to"


def other_accounts_are_held(stack: Stack) -> Iterator[str]:
    """Of the accounts that a role trusts, the one role that is meant, and no other."""
    for role in stack.of_type("AWS::IAM::Role"):
        trust = role.properties["AssumeRolePolicyDocument"]
        named = list(principals(trust))
        right = _expected(stack, role, named) if named else ""
        if right is None:
            yield f"{role.id} trusts {named}, and nobody is known who should assume it"
        if not right:
            continue
        if not _may_assume(stack, trust, right):
            yield f"{role.id}: {right} may not assume it"
        own, elsewhere = right.rpartition("/")[0], right.split(":", 5)[5]
        for who in (f"{own}/somebody-else", f"arn:aws:iam::{FOREIGN}:{elsewhere}"):
            if _may_assume(stack, trust, who):
                yield f"{role.id}: {who} may assume it"


def _may_assume(stack: Stack, trust: Any, who: str) -> bool:
    own = {"aws:PrincipalArn": who, "aws:PrincipalAccount": who.split(":")[4]}
    return resource_allows(trust, who, Request("sts:AssumeRole", "*", context(stack, own)))


def services_given(stack: Stack, role: Resource) -> Iterator[str]:
    """The services to which the template gives a role."""
    for found in (*_as_property(stack, role), *_passed(stack, role), *_published(stack, role)):
        yield f"{found}.amazonaws.com"
    name = stack.ref(role.id)
    if name.startswith(PREFIX):
        yield from (f"{s}.amazonaws.com" for s in OF_AWS.get(name.removeprefix(PREFIX), ()))


def deliveries(stack: Stack) -> bool:
    """Whether the CDK's own construct for pipelines has made the roles of this stack.

    It gives their trust no conditions: CodePipeline, CodeBuild and EventBridge assume a role that a
    resource of the same account was given with iam:PassRole only.
    """
    return any("SelfMutate" in str(p.source) for p in stack.of_type("AWS::CodePipeline::Pipeline"))


def _as_property(stack: Stack, role: Resource) -> Iterator[str]:
    for kind, name, service in GIVEN:
        for found in stack.of_type(kind):
            for path, value in walk(dict(found.properties)):
                # An action's role is one that the pipeline becomes.
                inner = kind == "AWS::CodePipeline::Pipeline" and len(path) > 1
                if path and path[-1] == name and not inner and role_of(stack, value) is role:
                    yield service


def _passed(stack: Stack, role: Resource) -> Iterator[str]:
    """Who passes a role says to which service, in the condition of iam:PassRole."""
    for policy in stack.of_type(*POLICIES):
        for statement in statements(policy.properties["PolicyDocument"]):
            named = stack.arn(role.id) in listed(statement.get("Resource"))
            if named and listed(statement.get("Action")) == ["iam:PassRole"]:
                to = statement.get("Condition", {}).get("StringEquals", {})
                service = to.get("iam:PassedToService", "")
                if service.endswith(".amazonaws.com"):
                    yield service.removesuffix(".amazonaws.com")


def _published(stack: Stack, role: Resource) -> Iterator[str]:
    """Roles of persons stand in parameters, those of SageMaker pipelines in variables of builds."""
    arn = stack.arn(role.id)
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        if "/role/" in parameter.properties["Name"] and parameter.properties["Value"] == arn:
            yield "sagemaker"
    for build in stack.of_type("AWS::CodeBuild::Project"):
        for variable in build.properties["Environment"].get("EnvironmentVariables", []):
            if variable["Name"].startswith("SAGEMAKER_") and variable["Value"] == arn:
                yield "sagemaker"


def _conditioned(stack: Stack, role: Resource, service: str) -> bool:
    known = stack.ref(role.id).startswith(PREFIX)  # a name that is the same in every account
    return (known or service.partition(".")[0] not in NAMELESS) and not deliveries(stack)


def _assuming(stack: Stack, role: Resource, service: str) -> tuple[str, ...]:
    if service == "sagemaker.amazonaws.com" and stack.ref(role.id) != f"{PREFIX}UseRole":
        return "sts:AssumeRole", "sts:SetSourceIdentity"
    return ("sts:AssumeRole",)


def _assume(stack: Stack, service: str, action: str, account: str) -> Request:
    name = service.partition(".")[0]
    kind = {"vpc-flow-logs": f"ec2:{stack.region}:{account}:vpc-flow-log/fl-0a"}.get(
        name, f"{name}:{stack.region}:{account}:any/one"
    )
    return Request(action, "*", {"aws:SourceAccount": account, "aws:SourceArn": f"arn:aws:{kind}"})


def _expected(stack: Stack, role: Resource, named: list[str]) -> str | None:
    name = stack.ref(role.id)
    account = named[0].split(":")[4] if named[0].startswith("arn:") else named[0]
    stage = next((s for s in ("preprod", "prod", "dev") if f"-{s}-" in name), "dev")
    for part, who in ASSUMED_BY:
        if part in name:
            return f"arn:aws:iam::{account}:{who.format(stage=stage)}"
    return None
