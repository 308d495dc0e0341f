"""What a VPC endpoint's policy lets through: the account's own, and what it has to fetch elsewhere.

Sources: "Control access to VPC endpoints using endpoint policies", AWS PrivateLink Guide; "Amazon
ECR interface VPC endpoints" (the bucket of layers); "Amazon Linux repositories" (the buckets of
packages); "Building a data perimeter on AWS".
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows
from mlops_rehearsal.behaviour.policies import statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

FOREIGN: Final = "999999999999"
ACTIONS: Final = {
    "s3": ("s3:GetObject", "s3:PutObject", "arn:aws:s3:::own/x"),
    "kms": ("kms:Decrypt", "kms:Encrypt", "arn:aws:kms:{r}:{a}:key/1"),
    "ecr.api": ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "*"),
    "ecr.dkr": ("ecr:BatchGetImage", "ecr:PutImage", "arn:aws:ecr:{r}:{a}:repository/one"),
    "sagemaker.api": (
        "sagemaker:CreateTrainingJob",
        "sagemaker:ListModels",
        "arn:aws:sagemaker:{r}:{a}:training-job/x",
    ),
    "sagemaker.runtime": (
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpoint",
        "arn:aws:sagemaker:{r}:{a}:endpoint/x",
    ),
    "notebook": (
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreateApp",
        "arn:aws:sagemaker:{r}:{a}:user-profile/d/x",
    ),
    "studio": (
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreateApp",
        "arn:aws:sagemaker:{r}:{a}:user-profile/d/x",
    ),
    "servicecatalog": (
        "servicecatalog:SearchProducts",
        "servicecatalog:ProvisionProduct",
        "arn:aws:catalog:{r}:{a}:product/x",
    ),
    "codecommit": (
        "codecommit:GetBranch",
        "codecommit:ListRepositories",
        "arn:aws:codecommit:{r}:{a}:one",
    ),
    "git-codecommit": (
        "codecommit:GitPull",
        "codecommit:GitPush",
        "arn:aws:codecommit:{r}:{a}:one",
    ),
    "ssm": ("ssm:GetParameter", "ssm:PutParameter", "arn:aws:ssm:{r}:{a}:parameter/x"),
    "monitoring": ("cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms", "*"),
    "logs": ("logs:PutLogEvents", "logs:GetLogEvents", "arn:aws:logs:{r}:{a}:log-group:x"),
    "sts": ("sts:AssumeRole", "sts:GetCallerIdentity", "arn:aws:iam::{a}:role/x"),
}
UNSIGNED: Final = ("notebook", "studio")
"""A browser opens them with a presigned URL: there is no principal to ask."""
PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
IMAGES: Final = "763104351884"
"""The account of the AWS Deep Learning Containers (aws/deep-learning-containers)."""


def service(stack: Stack, endpoint: Resource) -> str:
    """The service of an endpoint, as its private name says it."""
    name = str(endpoint.properties["ServiceName"])
    return name.partition(f".{stack.region}.")[2] or name


def own_calls_pass(stack: Stack) -> Iterator[str]:
    """The account's principals reach the account's resources."""
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        found = ACTIONS.get(service(stack, endpoint))
        if found is None:
            yield f"{endpoint.id}: nobody knows what {endpoint.properties['ServiceName']} is for"
            continue
        policy = endpoint.properties.get("PolicyDocument")
        if policy is None:
            yield f"{endpoint.id} lets everything through to everybody's accounts"
            continue
        arn = found[2].format(r=stack.region, a=stack.account)
        for action in found[:2]:
            if not _passes(policy, action, arn, stack.account, stack.account):
                yield f"{endpoint.id} does not let {action} through"


def nothing_leaves(stack: Stack) -> Iterator[str]:
    """Neither foreign credentials nor resources of others, except what has a row of its own."""
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        name, policy = service(stack, endpoint), endpoint.properties.get("PolicyDocument", {})
        first, second, pattern = ACTIONS.get(name, ("", "", "*"))
        for who, whose in (
            *((FOREIGN, FOREIGN), (stack.account, FOREIGN)),
            *([] if name in UNSIGNED else [(FOREIGN, stack.account)]),
        ):
            arn = pattern.format(r=stack.region, a=whose)
            for action in (first, second):
                if arn != "*" and _passes(policy, action, arn, who, whose):
                    yield f"{endpoint.id} lets {who} {action} on what is of {whose}"


def images_are_pulled_by_own_roles(stack: Stack) -> Iterator[str]:
    """Foreign credentials pull nothing through the endpoints of ECR."""
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        policy = endpoint.properties.get("PolicyDocument", {})
        arn = f"arn:aws:ecr:{stack.region}:{IMAGES}:repository/x"
        if service(stack, endpoint).startswith("ecr."):
            for action in PULL:
                if _passes(policy, action, arn, FOREIGN, IMAGES):
                    yield f"{endpoint.id} lets {FOREIGN} pull images"


def images_and_packages_come_in(stack: Stack) -> Iterator[str]:
    """Images of AWS, their layers, packages of Amazon Linux, examples and public parameters."""
    rows: dict[str, list[tuple[tuple[str, ...], str, str]]] = {
        "s3": [
            (
                ("s3:GetObject",),
                f"arn:aws:s3:::prod-{stack.region}-starport-layer-bucket/x",
                FOREIGN,
            ),
            (("s3:GetObject",), f"arn:aws:s3:::amazonlinux-2-repos-{stack.region}/x", FOREIGN),
            (("s3:GetObject",), f"arn:aws:s3:::al2023-repos-{stack.region}-de612dc2/x", FOREIGN),
            (("s3:GetObject",), f"arn:aws:s3:::jumpstart-cache-prod-{stack.region}/x", FOREIGN),
            (
                ("s3:GetObject",),
                f"arn:aws:s3:::sagemaker-servicecatalog-seedcode-{stack.region}/x",
                FOREIGN,
            ),
        ],
        "ecr.api": [(PULL, f"arn:aws:ecr:{stack.region}:{IMAGES}:repository/x", IMAGES)],
        "ecr.dkr": [(PULL, f"arn:aws:ecr:{stack.region}:{IMAGES}:repository/x", IMAGES)],
        "ssm": [
            (
                ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
                f"arn:aws:ssm:{stack.region}::parameter/aws/service/x",
                FOREIGN,
            )
        ],
    }
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        policy = endpoint.properties.get("PolicyDocument", {})
        for actions, arn, owner in rows.get(service(stack, endpoint), []):
            for action in actions:
                if not _passes(policy, action, arn, stack.account, owner):
                    yield f"{endpoint.id} does not let {action} on {arn} through"
            if (
                "starport" not in arn
                and "repos" not in arn
                and _passes(policy, actions[0], arn, FOREIGN, owner)
            ):
                yield f"{endpoint.id} lets foreign credentials {actions[0]} on {arn}"


OTHER_STAGES: Final = ("333333333333", "444444444444")
TESTS: Final = {
    "s3": tuple(
        f"s3:{name}"
        for name in (
            *("AbortMultipartUpload", "DeleteObject", "GetObject", "GetObjectVersion"),
            *("ListBucket", "ListMultipartUploadParts", "PutObject"),
        )
    ),
    "sagemaker.api": ("sagemaker:DescribeEndpoint",),
    "sagemaker.runtime": ("sagemaker:InvokeEndpoint",),
}
"""What a test of a stage does with the role that it has there, which runs in dev's network."""


def tests_reach_other_stages(stack: Stack) -> Iterator[str]:
    """In dev, where tests run, the roles of tests in the other stages reach what is theirs."""
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        policy = endpoint.properties.get("PolicyDocument", {})
        for stage in OTHER_STAGES if stack.name.startswith("dev-") else ():
            test = f"arn:aws:iam::{stage}:role/sagemaker-p-abc123-x-test"
            other = f"arn:aws:iam::{stage}:role/somebody-else"
            for action in TESTS.get(service(stack, endpoint), ()):
                if not _passes(policy, action, "arn:x", stage, stage, test):
                    yield f"{endpoint.id}: a test of {stage} may not {action}"
                for who, own, whose in (
                    *((other, stage, stage), (test, stage, FOREIGN)),
                    (test, FOREIGN, stage),
                ):
                    if _passes(policy, action, "arn:x", own, whose, who):
                        yield f"{endpoint.id}: {who} may {action} on what is of {whose}"


def tests_become_their_roles(stack: Stack) -> Iterator[str]:
    """Builds in dev become the roles of tests in the other stages, through the endpoint of STS."""
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        policy = endpoint.properties.get("PolicyDocument", {})
        if service(stack, endpoint) != "sts" or not stack.name.startswith("dev-"):
            continue
        for stage in OTHER_STAGES:
            role = f"arn:aws:iam::{stage}:role/sagemaker-p-abc123-x-test"
            if not _passes(policy, "sts:AssumeRole", role, stack.account, stage):
                yield f"{endpoint.id}: nobody here becomes the role of tests in {stage}"
            for who, whose in ((FOREIGN, stage), (stack.account, FOREIGN)):
                if _passes(policy, "sts:AssumeRole", role, who, whose):
                    yield f"{endpoint.id}: {who} becomes the role of tests in {stage}"


def _passes(policy: Any, action: str, arn: str, who: str, whose: str, role: str = "") -> bool:
    asked = Request(
        action,
        arn,
        {
            "aws:PrincipalAccount": who,
            "aws:ResourceAccount": whose,
            "aws:PrincipalArn": role or f"arn:aws:iam::{who}:role/one",
        },
    )
    spoken = [
        {key: value for key, value in s.items() if key != "Principal"}
        for s in statements(policy)
        if s.get("Principal") in ("*", {"AWS": "*"})
    ]
    return allows(spoken, asked)


def stages_read_models_of_dev(stack: Stack) -> Iterator[str]:
    """A stage after dev reads models and images of its project in dev, with its own roles only."""
    rows = {"s3": MODELS, "ecr.api": PULL, "ecr.dkr": PULL}
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        policy = endpoint.properties.get("PolicyDocument", {})
        for action in rows.get(service(stack, endpoint), ()):
            if stack.name.startswith("dev-"):
                continue
            if not _passes(policy, action, "arn:x", stack.account, DEV):
                yield f"{endpoint.id} does not let {action} on what is in dev through"
            if _passes(policy, action, "arn:x", FOREIGN, DEV):
                yield f"{endpoint.id} lets {FOREIGN} {action} on what is in dev"


DEV: Final = "222222222222"
MODELS: Final = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
