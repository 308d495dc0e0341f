"""What passes the endpoints: whose credentials, through which service, to whose resources.

The rows are literal; the policies are read from templates and judged as IAM judges them.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.iam.evaluation import Request, allows
from mlops_commons.stage import CreateNetwork
from mlops_commons.vpc_endpoints import VPC_ENDPOINT_KEYS

pytestmark = pytest.mark.construct

DEV, PREPROD, LAKE, FOREIGN = "111111111111", "333333333333", "555555555555", "999999999999"
SCOPE = Scope(
    values={"AWS::AccountId": DEV, "AWS::Region": "eu-west-1", "AWS::Partition": "aws"},
    attribute=lambda resource, name: "",
)
OWN = {
    "aws:PrincipalAccount": DEV,
    "aws:PrincipalArn": f"arn:aws:iam::{DEV}:role/mlops-sagemaker-execution",
}
TESTER = {
    "aws:PrincipalAccount": PREPROD,
    "aws:PrincipalArn": f"arn:aws:iam::{PREPROD}:role/sagemaker-p-abc123-test",
}
SENDERS: Mapping[str, Mapping[str, str]] = {
    "own": OWN,
    "preprod's test role": TESTER,
    "another role of preprod": {
        "aws:PrincipalAccount": PREPROD,
        "aws:PrincipalArn": f"arn:aws:iam::{PREPROD}:role/sagemaker-p-abc123-deploy",
    },
    "a foreign account": {
        "aws:PrincipalAccount": FOREIGN,
        "aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/sagemaker-p-abc123-test",
    },
    "a service of AWS": {"aws:PrincipalIsAWSService": "true"},
    "nobody": {},
}
SAGEMAKER = "arn:aws:sagemaker:eu-west-1"
ECR = "arn:aws:ecr:eu-west-1"
RESPONSES = "arn:aws:s3:::cloudformation-custom-resource-response-euwest1/x"
LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/x"
CELLS = (
    # endpoint, sender, action, resource, whose resource, passes
    ("S3", "own", "s3:PutObject", "arn:aws:s3:::mine/x", DEV, True),
    ("S3", "own", "s3:PutObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("S3", "own", "s3:GetObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("S3", "own", "s3:PutObject", "arn:aws:s3:::preprods/x", PREPROD, False),
    ("S3", "a foreign account", "s3:PutObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("S3", "a foreign account", "s3:PutObject", "arn:aws:s3:::mine/x", DEV, False),
    ("S3", "preprod's test role", "s3:GetObject", "arn:aws:s3:::preprods/x", PREPROD, True),
    ("S3", "preprod's test role", "s3:PutObject", "arn:aws:s3:::preprods/x", PREPROD, True),
    ("S3", "preprod's test role", "s3:PutObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("S3", "preprod's test role", "s3:PutBucketPolicy", "arn:aws:s3:::preprods", PREPROD, False),
    ("S3", "another role of preprod", "s3:PutObject", "arn:aws:s3:::preprods/x", PREPROD, False),
    ("S3", "a service of AWS", "s3:PutObject", RESPONSES, "123456789012", False),
    ("S3", "own", "s3:PutObject", RESPONSES, "123456789012", False),
    ("S3", "a foreign account", "s3:GetObject", LAYERS, "123456789012", True),
    ("S3", "a foreign account", "s3:PutObject", LAYERS, "123456789012", False),
    ("S3", "nobody", "s3:GetObject", "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/x", "", True),
    ("S3", "nobody", "s3:GetObject", "arn:aws:s3:::amazonlinux-2-repos-eu-west-1/x", "", True),
    ("S3", "own", "s3:GetObject", "arn:aws:s3:::jumpstart-cache-prod-eu-west-1/x", "", True),
    ("S3", "nobody", "s3:GetObject", "arn:aws:s3:::jumpstart-cache-prod-eu-west-1/x", "", False),
    ("Sts", "own", "sts:GetCallerIdentity", "*", DEV, True),
    (
        "Sts",
        "own",
        "sts:AssumeRole",
        f"arn:aws:iam::{PREPROD}:role/sagemaker-p-a-test",
        PREPROD,
        True,
    ),
    ("Sts", "own", "sts:AssumeRole", f"arn:aws:iam::{PREPROD}:role/admin", PREPROD, False),
    (
        "Sts",
        "own",
        "sts:AssumeRole",
        f"arn:aws:iam::{FOREIGN}:role/sagemaker-p-a-test",
        FOREIGN,
        False,
    ),
    ("Sts", "a foreign account", "sts:GetCallerIdentity", "*", FOREIGN, False),
    ("SagemakerApi", "own", "sagemaker:CreateTrial", f"{SAGEMAKER}:{DEV}:a/b", DEV, True),
    ("SagemakerApi", "own", "sagemaker:CreateTrial", f"{SAGEMAKER}:{FOREIGN}:a/b", FOREIGN, False),
    (
        *("SagemakerApi", "preprod's test role", "sagemaker:DescribeEndpoint"),
        *(f"{SAGEMAKER}:{PREPROD}:endpoint/a", PREPROD, True),
    ),
    (
        *("SagemakerRuntime", "preprod's test role", "sagemaker:InvokeEndpoint"),
        *(f"{SAGEMAKER}:{PREPROD}:endpoint/a", PREPROD, True),
    ),
    (
        *("SagemakerRuntime", "another role of preprod", "sagemaker:InvokeEndpoint"),
        *(f"{SAGEMAKER}:{PREPROD}:endpoint/a", PREPROD, False),
    ),
    (
        *("SagemakerRuntime", "a foreign account", "sagemaker:InvokeEndpoint"),
        *(f"{SAGEMAKER}:{FOREIGN}:endpoint/a", FOREIGN, False),
    ),
    ("EcrDocker", "own", "ecr:PutImage", f"{ECR}:{DEV}:repository/a", DEV, True),
    ("EcrDocker", "own", "ecr:PutImage", f"{ECR}:{FOREIGN}:repository/a", FOREIGN, False),
    # 763104351884 is the registry of deep learning containers.
    (
        "EcrDocker",
        "own",
        "ecr:BatchGetImage",
        f"{ECR}:763104351884:repository/a",
        "763104351884",
        True,
    ),
    ("EcrDocker", "own", "ecr:PutImage", f"{ECR}:763104351884:repository/a", "763104351884", False),
    ("Logs", "own", "logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{DEV}:log-group:a", DEV, True),
    ("Logs", "own", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:9:log-group:a", FOREIGN, False),
    ("Ssm", "own", "ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/a", "", True),
    ("Ssm", "own", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:9:parameter/a", FOREIGN, False),
    ("CodeartifactRepositories", "own", "codeartifact:ReadFromRepository", "*", DEV, True),
    ("CodeartifactRepositories", "own", "codeartifact:PublishPackageVersion", "*", DEV, False),
    ("CodeartifactRepositories", "own", "codeartifact:ReadFromRepository", "*", FOREIGN, False),
    ("CodeartifactApi", "own", "sts:GetServiceBearerToken", "*", "", True),
    ("CodeartifactApi", "a foreign account", "sts:GetServiceBearerToken", "*", "", False),
    (
        "Bedrock",
        "own",
        "bedrock:GetFoundationModel",
        "arn:aws:bedrock:eu-west-1::foundation-model/a",
        "",
        True,
    ),
    (
        "Bedrock",
        "own",
        "bedrock:GetGuardrail",
        "arn:aws:bedrock:eu-west-1:1:guardrail/a",
        DEV,
        True,
    ),
    (
        "Bedrock",
        "own",
        "bedrock:GetGuardrail",
        "arn:aws:bedrock:eu-west-1:9:guardrail/a",
        FOREIGN,
        False,
    ),
    ("Ssm", "own", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:1:parameter/a", DEV, True),
    ("SagemakerRuntime", "own", "sagemaker:InvokeEndpoint", f"{SAGEMAKER}:1:endpoint/a", DEV, True),
    ("CodeartifactApi", "own", "codeartifact:GetAuthorizationToken", "*", DEV, True),
    ("CodeartifactApi", "own", "codeartifact:GetAuthorizationToken", "*", FOREIGN, False),
    ("CodeartifactRepositories", "own", "sts:GetServiceBearerToken", "*", "", True),
    ("SagemakerStudio", "nobody", "sagemaker:CreateApp", f"{SAGEMAKER}:{DEV}:app/d/a", DEV, True),
    ("SagemakerStudio", "nobody", "sagemaker:CreateApp", f"{SAGEMAKER}:9:app/d/a", FOREIGN, False),
    ("Events", "own", "events:PutEvents", f"arn:aws:events:eu-west-1:{DEV}:event-bus/a", "", True),
    ("Events", "own", "events:PutEvents", "arn:aws:events:eu-west-1:9:event-bus/a", "", False),
)
OPENED = (
    ("S3", "own", "s3:PutObject", "arn:aws:s3:::lake/x", LAKE, True),
    ("S3", "own", "s3:PutObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("S3", "a foreign account", "s3:PutObject", "arn:aws:s3:::lake/x", LAKE, False),
    ("S3", "a service of AWS", "s3:PutObject", RESPONSES, "123456789012", True),
    ("S3", "a service of AWS", "s3:PutObject", "arn:aws:s3:::theirs/x", FOREIGN, False),
    ("CodeartifactRepositories", "own", "codeartifact:ReadFromRepository", "*", LAKE, True),
    ("CodeartifactRepositories", "own", "codeartifact:PublishPackageVersion", "*", DEV, True),
    ("CodeartifactRepositories", "own", "codeartifact:PublishPackageVersion", "*", LAKE, False),
)
"""What passes once `trusted_accounts`, `custom_resources` and `package_publishing` are set."""
Cell = tuple[str, str, str, str, str, bool]
Policies = Mapping[str, list[dict[str, Any]]]


def policies_of(synthesised: Any) -> Policies:
    """The statements of every endpoint that has some, by the name of its construct."""
    return {
        logical_id.removeprefix("NetworkVpc").partition("Endpoint")[0]: [
            {key: value for key, value in statement.items() if key != "Principal"}
            for statement in evaluate(endpoint["PolicyDocument"], SCOPE)["Statement"]
        ]
        for logical_id, endpoint in synthesised.resources("AWS::EC2::VPCEndpoint").items()
        if "PolicyDocument" in endpoint
    }


@pytest.fixture(scope="module")
def dev(synthesise) -> Policies:
    """The dev stage's endpoints, with preprod beside it."""
    from mlops_commons.egress.statements import Neighbours

    every = CreateNetwork(endpoints=dict.fromkeys(VPC_ENDPOINT_KEYS, True))
    return policies_of(synthesise(every, neighbours=Neighbours(tested_accounts=(PREPROD,))))


@pytest.fixture(scope="module")
def opened(synthesise) -> Policies:
    """The same where the configuration opens what it can."""
    return policies_of(
        synthesise(
            CreateNetwork(
                endpoints=dict.fromkeys(VPC_ENDPOINT_KEYS, True),
                trusted_accounts=(LAKE,),
                custom_resources=True,
                package_publishing=True,
            )
        )
    )


def passes(policies: Policies, cell: Cell) -> bool:
    """Whether the endpoint of a cell lets its request through."""
    endpoint, sender, action, resource, owner, _ = cell
    owned = {"aws:ResourceAccount": owner} if owner else {}
    return allows(policies[endpoint], Request(action, resource, {**SENDERS[sender], **owned}))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: " ".join(map(str, cell)))
def test_what_passes_the_endpoints_of_dev(dev, cell: Cell) -> None:
    assert passes(dev, cell) == cell[-1]


@pytest.mark.parametrize("cell", OPENED, ids=lambda cell: " ".join(map(str, cell)))
def test_what_passes_where_the_configuration_opens_it(opened, cell: Cell) -> None:
    assert passes(opened, cell) == cell[-1]


def test_preprod_reads_what_dev_has_made_and_writes_nothing_there(synthesise) -> None:
    from mlops_commons.egress.statements import Neighbours

    models = "444444444444"
    policies = policies_of(synthesise(CreateNetwork(), neighbours=Neighbours(dev_account=models)))
    image = f"{ECR}:{models}:repository/a"
    assert passes(policies, ("S3", "own", "s3:GetObject", "arn:aws:s3:::m/x", models, True))
    assert passes(policies, ("EcrDocker", "own", "ecr:BatchGetImage", image, models, True))
    assert not passes(policies, ("S3", "own", "s3:PutObject", "arn:aws:s3:::m/x", models, False))
    assert not passes(policies, ("EcrDocker", "own", "ecr:PutImage", image, models, False))


def test_each_statement_of_these_endpoints_is_what_a_cell_needs(dev) -> None:
    unneeded = [
        (endpoint, statement["Sid"])
        for endpoint in {cell[0] for cell in CELLS}
        for statement in dev[endpoint]
        if all(
            passes({endpoint: [s for s in dev[endpoint] if s != statement]}, cell)
            for cell in CELLS
            if cell[0] == endpoint and cell[-1]
        )
    ]
    assert unneeded == []
