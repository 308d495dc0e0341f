"""Mutants that change nothing in AWS, with the reason why: a reviewed table."""

from collections.abc import Callable
from typing import Any, Final

from mlops_commons.iam.evaluation import action_matches, listed
from mlops_rehearsal.behaviour.mutants import Mutant
from mlops_rehearsal.behaviour.policies import statements
from mlops_rehearsal.behaviour.redundant import allowed_anyway, denied_anyway
from mlops_rehearsal.behaviour.stack import Stack

Judge = Callable[[Stack, Mutant], bool]


def _ordered_anyway(stack: Stack, mutant: Mutant) -> bool:
    """What was depended on is still made before, by a reference however far."""
    if mutant.kind != "DependsOn":
        return False
    left = Stack(template=mutant.template, name=stack.name, account=stack.account)
    return mutant.change in left.awaited[mutant.resource]


def _default(stack: Stack, mutant: Mutant) -> bool:
    return mutant.kind == "property dropped" and (
        (mutant.type, mutant.path[-1]) in DEFAULTS
        and stack.resources[mutant.resource].properties[str(mutant.path[-1])]
        == DEFAULTS[mutant.type, str(mutant.path[-1])]
    )


def _denied_anyway(stack: Stack, mutant: Mutant) -> bool:
    """In a boundary: an action that nothing in it allows is denied without a deny."""
    if mutant.kind != "action dropped" or not _is_boundary(stack, mutant.resource):
        return False
    found = statements(stack.resources[mutant.resource].properties["PolicyDocument"])
    statement = found[_number(mutant)]
    if statement["Effect"] != "Deny":
        return False
    allowed = [a for s in found if s["Effect"] == "Allow" for a in listed(s["Action"])]
    family: Any = {"Action": [mutant.change]}
    return not any(
        action_matches(family, action) or action_matches({"Action": [action]}, mutant.change)
        for action in allowed
    )


def _number(mutant: Mutant) -> int:
    return next(part for part in mutant.path if isinstance(part, int))


def _is_boundary(stack: Stack, key: str) -> bool:
    arn = stack.arn(key)
    roles = stack.of_type("AWS::IAM::Role")
    return any(role.properties["PermissionsBoundary"] == arn for role in roles)


def _nobody_there(stack: Stack, mutant: Mutant) -> bool:
    """Rules that let endpoints out: 255.255.255.255 with a kind of message that does not exist."""
    return (
        mutant.kind == "port"
        and "SecurityGroupEgress" in mutant.path
        and ("icmp" in str(stack.template["Resources"][mutant.resource]["Properties"]))
    )


def _reports(stack: Stack, mutant: Mutant) -> bool:
    if "dropped" in mutant.kind:
        return mutant.change in REPORTS
    if mutant.kind != "reference" or "PolicyDocument" not in mutant.path:
        return False
    policy = stack.resources[mutant.resource].properties["PolicyDocument"]
    return set(listed(statements(policy)[_number(mutant)].get("Action", ""))) <= {*REPORTS}


def _of_a_build_without_output(stack: Stack, mutant: Mutant) -> bool:
    """The CDK lets a build that reads a bucket encrypt and list too."""
    if mutant.kind != "action dropped" or mutant.change not in WRITING:
        return False
    policy = stack.resources[mutant.resource].properties
    roles = [stack.referenced(name, "AWS::IAM::Role") for name in policy["Roles"] or ()]
    arns = {stack.arn(role.id) for role in roles if role}
    builds = {
        stack.ref(build.id)
        for build in stack.of_type("AWS::CodeBuild::Project")
        if build.properties["ServiceRole"] in arns
    }
    runs = [
        action
        for pipeline in stack.of_type(PIPELINE)
        for stage in pipeline.properties["Stages"]
        for action in stage["Actions"]
        if action.get("Configuration", {}).get("ProjectName") in builds
    ]
    return bool(runs) and not any(action.get("OutputArtifacts") for action in runs)


def _describes_a_key(stack: Stack, mutant: Mutant) -> bool:
    """For a role in the policy of a key; S3 decrypts what it reads by kms:Decrypt."""
    if mutant.change != "kms:DescribeKey" or "KeyPolicy" not in mutant.path:
        return False
    found = statements(stack.resources[mutant.resource].properties["KeyPolicy"])
    return "AWS" in found[_number(mutant)]["Principal"]


def _more_than_asked(stack: Stack, mutant: Mutant) -> bool:
    """A grant of the CDK is a family, of which CodePipeline and CodeBuild ask for a part."""
    made = mutant.resource.startswith(("Delivery", "CustomCDKBucketDeployment"))
    made = made and "DefaultPolicy" in mutant.resource
    return made and mutant.kind == "action dropped" and mutant.change in MORE_THAN_ASKED


def _name_of_a_build(stack: Stack, mutant: Mutant) -> bool:
    """CloudFormation chooses a name then, which every reference has too."""
    named = mutant.kind == "property dropped" and mutant.path[-1] == "Name"
    kinds = ("AWS::CodeBuild::Project", PIPELINE)
    return named and mutant.type in kinds and "Delivery" in mutant.resource


def _log_by_its_name(stack: Stack, mutant: Mutant) -> bool:
    """A build without settings of its log writes into the group that is named here."""
    if mutant.type != "AWS::CodeBuild::Project" or mutant.path[-1] != "LogsConfig":
        return False
    build = stack.resources[mutant.resource]
    named = build.properties["LogsConfig"].get("CloudWatchLogs", {}).get("GroupName")
    return bool(named == f"/aws/codebuild/{stack.ref(build.id)}")


def _versioning_of_a_build(stack: Stack, mutant: Mutant) -> bool:
    """CodePipeline asks for it; "Create a CodeBuild service role" does not."""
    if mutant.kind != "action dropped" or mutant.change != "s3:GetBucketVersioning":
        return False
    roles = {str(b.properties["ServiceRole"]) for b in stack.of_type("AWS::CodeBuild::Project")}
    policy = stack.resources[mutant.resource]
    named = [stack.referenced(name, "AWS::IAM::Role") for name in policy.properties["Roles"] or ()]
    return bool(named) and all(role and stack.arn(role.id) in roles for role in named)


def _log_of_its_own(stack: Stack, mutant: Mutant) -> bool:
    """The CDK lets each build write into a group with its name; here they share another one."""
    if "Delivery" not in mutant.resource or "DefaultPolicy" not in mutant.resource:
        return False
    if not any("SelfMutate" in str(p.source) for p in stack.of_type(PIPELINE)):
        return False
    found = statements(stack.resources[mutant.resource].properties["PolicyDocument"])
    statement = found[_number(mutant)]
    return all(":log-group:/aws/codebuild/" in str(on) for on in listed(statement["Resource"]))


def _account_in_the_arn(stack: Stack, mutant: Mutant) -> bool:
    """The ARN of the source, which is asked for besides, names the account already."""
    if mutant.kind != "condition dropped" or mutant.path[-1] != "aws:SourceAccount":
        return False
    (number,) = [part for part in mutant.path if isinstance(part, int)][:1] or (0,)
    policy = stack.resources[mutant.resource].properties
    document: Any = next((policy[name] for name in DOCUMENTS if policy[name]), {})
    condition = statements(document)[number].get("Condition", {})
    arns = [v for kind in ("ArnLike", "ArnEquals") for v in condition.get(kind, {}).values()]
    return bool(arns) and all(f":{stack.account}:" in str(v) for v in arns)


PIPELINE: Final = "AWS::CodePipeline::Pipeline"
DOCUMENTS: Final = ("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument")
MORE_THAN_ASKED: Final = (
    *("s3:Abort*", "s3:DeleteObject*", "s3:PutObjectLegalHold", "s3:PutObjectRetention"),
    *("s3:PutObjectTagging", "s3:PutObjectVersionTagging", "kms:DescribeKey"),
    "s3:GetBucket*",
    *("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"),
)
"""What neither "Manage the CodePipeline service role" nor "Create a CodeBuild service role" asks
for, nor `aws s3 sync`: objects are written whole, and nobody deletes, locks or tags them. The CDK
lets the build of assets run builds, which the pipeline does."""
WRITING: Final = ("kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "s3:List*")
DEFAULTS: Final = {
    ("AWS::IAM::ManagedPolicy", "Path"): "/",
    ("AWS::IAM::Role", "Path"): "/",
    ("AWS::CodeBuild::Project", "Cache"): {"Type": "NO_CACHE"},
    ("AWS::EC2::VPC", "EnableDnsSupport"): True,
    ("AWS::EC2::VPC", "InstanceTenancy"): "default",
    ("AWS::EC2::Subnet", "MapPublicIpOnLaunch"): False,
    ("AWS::EC2::EIP", "Domain"): "vpc",
    ("AWS::EC2::FlowLog", "LogDestinationType"): "cloud-watch-logs",
    ("AWS::EC2::VPCEndpoint", "VpcEndpointType"): "Gateway",
    ("AWS::Events::Rule", "State"): "ENABLED",
    ("AWS::Scheduler::Schedule", "State"): "ENABLED",
    ("AWS::Scheduler::Schedule", "ScheduleExpressionTimezone"): "UTC",
    ("AWS::ServiceCatalog::PortfolioPrincipalAssociation", "PrincipalType"): "IAM",
}
"""By type and property, the value that AWS takes where there is none: the page of the type in the
CloudFormation Template Reference."""
REPORTS: Final = (
    *("codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport"),
    *("codebuild:BatchPutTestCases", "codebuild:BatchPutCodeCoverages"),
)
JUDGES: Final[tuple[tuple[Judge, str], ...]] = (
    (_ordered_anyway, "a reference orders the two as DependsOn does"),
    (_default, "the value is AWS's default"),
    (_denied_anyway, "nothing in the boundary allows it, so it is denied without the deny"),
    (_nobody_there, "the rule allows nothing: nobody has its address"),
    (allowed_anyway, "another statement of the same role allows it"),
    (denied_anyway, "the role's boundary or a denial stands before what the condition held back"),
    (_more_than_asked, "the CDK grants a family, and nobody asks for this member"),
    (_of_a_build_without_output, "the build makes no artifact, so it encrypts and finds nothing"),
    (
        _describes_a_key,
        "who reads what S3 encrypts needs kms:Decrypt alone (Amazon S3 User Guide, "
        "'Using server-side encryption with AWS KMS keys')",
    ),
    (_name_of_a_build, "everything speaks of the build by a reference"),
    (_log_by_its_name, "CodeBuild's default is the same group"),
    (_versioning_of_a_build, "a build does not ask whether a bucket keeps versions"),
    (_log_of_its_own, "no build writes there: they share the group of the stack"),
    (_account_in_the_arn, "the source's ARN, which is asked for too, names the account"),
    (_reports, "no build of these pipelines makes a report; the CDK grants it to every build"),
)


def reason(stack: Stack, mutant: Mutant) -> str:
    """Why a mutant is equivalent; empty where it is not."""
    return next((text for judge, text in JUDGES if judge(stack, mutant)), "")
