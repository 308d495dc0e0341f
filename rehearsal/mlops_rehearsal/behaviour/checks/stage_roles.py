"""The roles that deploy projects into a stage: what they change, and what they cannot make.

Sources: "Permissions boundaries", IAM User Guide; "Controlling access with tags" (aws:PrincipalTag,
aws:RequestTag); "CloudFormation condition keys" (cloudformation:RoleArn, ImportResourceTypes);
"Action structure reference: CloudFormation", CodePipeline User Guide, for what CodePipeline calls.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows
from mlops_rehearsal.behaviour.asking import Need, context, excess, lacking
from mlops_rehearsal.behaviour.checks.makers import makers
from mlops_rehearsal.behaviour.checks.stages import DEV, FOREIGN, PROJECT, bounds, stage_of
from mlops_rehearsal.behaviour.policies import boundary
from mlops_rehearsal.behaviour.stack import Stack

ANYTHING: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
CHANGES: Final = tuple(
    f"cloudformation:{name}"
    for name in (
        *("DeleteChangeSet", "DescribeChangeSet", "DescribeStackEvents", "DescribeStacks"),
        *("ExecuteChangeSet", "GetTemplate"),
    )
)
ROLES: Final = tuple(
    f"iam:{name}"
    for name in (
        *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy"),
        *("DeleteRolePermissionsBoundary", "PassRole", "PutRolePermissionsBoundary"),
        *("PutRolePolicy", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
        "UpdateRoleDescription",
    )
)
POLICIES: Final = tuple(
    f"iam:{name}"
    for name in (
        *("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion"),
        *("SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy"),
    )
)
MAKES_ROLES: Final = tuple(
    f"iam:{name}"
    for name in (
        *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy"),
        *("PutRolePermissionsBoundary", "PutRolePolicy"),
    )
)


def pipelines_change_their_stacks(stack: Stack) -> Iterator[str]:
    """The role that deploy pipelines become: change sets of projects, with the one role."""
    for role in stack.of_type("AWS::IAM::Role"):
        name = stack.named(role.id)
        if "-project-deploy-" not in name:
            continue
        maker = f"arn:aws:iam::{stack.account}:role/{name.replace('-deploy-', '-cfn-')}"
        place = f"arn:aws:cloudformation:{stack.region}:{stack.account}:stack"
        own = f"{place}/churn-{PROJECT}-deploy-{stage_of(stack)}/x"
        create = ("cloudformation:CreateChangeSet",)
        with_it = {"cloudformation:RoleArn": maker}
        yield from lacking(
            stack,
            role,
            [
                Need(why="change a stack", actions=create, resource=own, context=with_it),
                Need(why="follow a change", actions=CHANGES, resource=own),
                _passing(maker, "cloudformation.amazonaws.com"),
                *_artifacts(),
            ],
        )
        yield from excess(stack, role, [*_wrong_changes(own, place, create, maker)])
        yield from excess(stack, role, _foreign_artifacts())


def makers_read_templates(stack: Stack) -> Iterator[str]:
    """CloudFormation's role reads templates from the pipeline's bucket in dev, and no others."""
    for role in makers(stack):
        if "-project-cfn-" in stack.named(role.id):
            yield from lacking(stack, role, _artifacts())
            yield from excess(stack, role, _foreign_artifacts())


def makers_hand_keys_on(stack: Stack) -> Iterator[str]:
    """SageMaker encrypts volumes with a grant that whoever makes the configuration gives it.

    Source: CreateEndpointConfig, SageMaker API Reference (KmsKeyId).
    """
    for role in makers(stack):
        for made in stack.makes:
            for config in made.of_type("AWS::SageMaker::EndpointConfig"):
                key = made.referenced(config.properties["KmsKeyId"], "AWS::KMS::Key")
                if key:
                    tags = key.properties["Tags"] or []
                    keys = {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags}
                    arn = f"arn:aws:kms:{stack.region}:{stack.account}:key/one"
                    give = ("kms:CreateGrant", "kms:DescribeKey")
                    need = Need(why="encrypt volumes", actions=give, resource=arn, context=keys)
                    yield from lacking(stack, role, [need])


def makers_make_bounded_roles(stack: Stack) -> Iterator[str]:
    """Even with every permission, within its own boundary: only roles of projects, bounded ones."""
    for role in makers(stack):
        most = boundary(stack, role)
        if most is None or "-project-cfn-" not in stack.named(role.id):
            continue
        bound = next((stack.arn(policy.id) for policy, _ in bounds(stack)), "")
        own = f"arn:aws:iam::{stack.account}:role/sagemaker-{PROJECT}-{stage_of(stack)}-execution"
        policy_arn = (
            f"arn:aws:iam::{stack.account}:policy/churn-{PROJECT}-deploy-{stage_of(stack)}-x"
        )
        right = {
            "iam:PermissionsBoundary": bound,
            "aws:RequestTag/sagemaker:project-id": PROJECT,
            "aws:TagKeys": ("name",),
            "iam:PolicyARN": policy_arn,
        }
        for actions, arn, more, wanted in _roles(stack, own, policy_arn, right):
            for action in actions:
                request = Request(action, arn, context(stack, more))
                if allows([ANYTHING, *_denying(most)], request) is not wanted:
                    word = "may not" if wanted else "may"
                    yield f"{role.id} {word} {action} on {arn}: {more}"


def makers_pass_by_service(stack: Stack) -> Iterator[str]:
    """Roles of projects are passed to the service that they are for, and to no other."""
    for role in makers(stack):
        if "-project-cfn-" not in stack.named(role.id):
            continue
        place = f"arn:aws:iam::{stack.account}:role/sagemaker-{PROJECT}-{stage_of(stack)}"
        for end, to in (("execution", "sagemaker"), ("scheduler", "scheduler")):
            service = f"{to}.amazonaws.com"
            yield from lacking(stack, role, [_passing(f"{place}-{end}", service)])
            yield from excess(stack, role, [_passing(f"{place}-{end}", "lambda.amazonaws.com")])
        yield from lacking(stack, role, _conditioned(stack, True))
        yield from excess(stack, role, _conditioned(stack, False))


def _passing(role: str, to: str) -> Need:
    passed = {"iam:PassedToService": to}
    return Need(why=f"pass to {to}", actions=("iam:PassRole",), resource=role, context=passed)


def _artifacts(owner: str = DEV, via: str = "s3") -> Iterator[Need]:
    bucket, theirs = f"arn:aws:s3:::mlops-{PROJECT}-pipeline-{DEV}", {"aws:ResourceAccount": owner}
    read, find = ("s3:GetObject", "s3:GetObjectVersion"), ("s3:GetBucketLocation", "s3:ListBucket")
    yield Need(why="read artifacts", actions=read, resource=f"{bucket}/x", context=theirs)
    yield Need(why="find artifacts", actions=find, resource=bucket, context=theirs)
    through = {**theirs, "kms:ViaService": f"{via}.eu-west-1.amazonaws.com"}
    use, key = ("kms:Decrypt", "kms:DescribeKey"), f"arn:aws:kms:eu-west-1:{DEV}:key/1"
    yield Need(why="decrypt artifacts", actions=use, resource=key, context=through)


def _foreign_artifacts() -> Iterator[Need]:
    yield from [need for need in _artifacts(owner=FOREIGN) if "decrypt" not in need.why]
    yield from [
        Need(why=need.why, actions=("kms:Decrypt",), resource=need.resource, context=need.context)
        for need in _artifacts(via="sqs")
        if "decrypt" in need.why
    ]


def _wrong_changes(own: str, place: str, create: tuple[str, ...], maker: str) -> Iterator[Need]:
    with_it = {"cloudformation:RoleArn": maker}
    imports = {**with_it, "cloudformation:ImportResourceTypes": ("AWS::IAM::Role",)}
    yield Need(why="change with any role", actions=create, resource=own, context={})
    other = {"cloudformation:RoleArn": "arn:aws:iam::1:role/admin"}
    yield Need(why="change with any role", actions=create, resource=own, context=other)
    yield Need(why="import what is there", actions=create, resource=own, context=imports)
    stack = f"{place}/dev-mlops-infra/x"
    yield Need(why="change other stacks", actions=create, resource=stack, context=with_it)
    yield _passing(maker, "ec2.amazonaws.com")


def _roles(
    stack: Stack, own: str, policy: str, right: dict[str, Any]
) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any], bool]]:
    other = f"arn:aws:iam::{stack.account}:role/admin"
    unbound = {**right, "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/any"}
    tag = "aws:RequestTag/sagemaker:project-id"
    has = {"aws:ResourceTag/sagemaker:project-id": "p-other"}
    yield MAKES_ROLES, own, right, True
    yield MAKES_ROLES, own, unbound, False
    yield ("iam:CreateRole",), own, {**right, tag: "none"}, False
    yield ("iam:TagRole",), own, {**right, **has}, False
    yield ("iam:TagRole",), own, {**right, **has, tag: "p-other"}, True
    yield ("iam:TagRole",), own, {k: v for k, v in {**right, **has}.items() if k != tag}, True
    yield ("iam:TagRole",), own, right, True
    yield ("iam:UntagRole",), own, {**right, "aws:TagKeys": ("sagemaker:project-id",)}, False
    yield ("iam:UntagRole",), own, right, True
    yield ROLES, other, right, False
    yield POLICIES, f"arn:aws:iam::{stack.account}:policy/admin", right, False
    yield ("iam:CreatePolicy", "iam:CreatePolicyVersion"), policy, right, True
    yield from _targets(stack, right)


def _targets(
    stack: Stack, right: dict[str, Any]
) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any], bool]]:
    """What a rule tells: topics here and in dev, and nothing that runs or carries on."""
    place = f"{stack.region}:{stack.account}"
    rule = f"arn:aws:events:{place}:rule/churn-{PROJECT}-RunFailed-x"
    for target, wanted in (
        (f"arn:aws:sns:{place}:alerts", True),
        (f"arn:aws:sns:{stack.region}:{DEV}:sagemaker-churn-{PROJECT}", True),
        (f"arn:aws:sns:{stack.region}:{FOREIGN}:loot", False),
        (f"arn:aws:lambda:{place}:function:gate", False),
        (f"arn:aws:events:{stack.region}:{FOREIGN}:event-bus/loot", False),
    ):
        yield ("events:PutTargets",), rule, {**right, "events:TargetArn": (target,)}, wanted


def _denying(most: list[Any]) -> list[Any]:
    return [statement for statement in most if statement["Effect"] == "Deny"]


def _conditioned(stack: Stack, right: bool) -> Iterator[Need]:
    """What the role makes, with what it must come with, or without."""
    bound = next((stack.arn(policy.id) for policy, _ in bounds(stack)), "")
    stage = stage_of(stack)
    own = f"arn:aws:iam::{stack.account}:role/sagemaker-{PROJECT}-{stage}-execution"
    policy = f"arn:aws:iam::{stack.account}:policy/churn-{PROJECT}-deploy-{stage}-x"
    key = f"arn:aws:kms:{stack.region}:{stack.account}:key/1"
    tags = {"aws:RequestTag/sagemaker:project-id": PROJECT} if right else {}
    tagged = {"aws:ResourceTag/sagemaker:project-id": PROJECT} if right else {}
    held = {"iam:PermissionsBoundary": bound if right else "arn:aws:iam::aws:policy/any"}
    made = {**held, "aws:RequestTag/sagemaker:project-id": PROJECT, "iam:PolicyARN": policy}
    attach = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
    yield Need(why="make a key", actions=("kms:CreateKey",), context=tags)
    use = ("kms:PutKeyPolicy", "kms:TagResource")
    yield Need(why="use a key", actions=use, resource=key, context=tagged)
    yield Need(why="make a role", actions=("iam:CreateRole",), resource=own, context=made)
    yield Need(why="attach", actions=attach, resource=own, context=made)
    linked = f"arn:aws:iam::{stack.account}:role/aws-service-role/{SCALING}/x"
    name = {"iam:AWSServiceName": SCALING if right else "ecs.amazonaws.com"}
    create = ("iam:CreateServiceLinkedRole",)
    yield Need(why="let it be scaled", actions=create, resource=linked, context=name)
    if not right:
        wrong = {
            **made,
            "iam:PermissionsBoundary": bound,
            "iam:PolicyARN": "arn:aws:iam::aws:policy/x",
        }
        yield Need(why="attach any policy", actions=attach, resource=own, context=wrong)


SCALING: Final = "sagemaker.application-autoscaling.amazonaws.com"
