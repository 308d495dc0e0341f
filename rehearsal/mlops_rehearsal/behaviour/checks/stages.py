"""What a project may have in a stage: the boundary of its roles, and the network that it finds.

Sources: "Permissions boundaries", IAM User Guide; "Controlling access with tags" (aws:PrincipalTag,
aws:RequestTag), the same guide; "Parameters", AWS Systems Manager User Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.policies import statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

TAG: Final = "aws:PrincipalTag/sagemaker:project-id"
IN_THE_VPC: Final = {"sagemaker:VpcSubnets": ("subnet-0a", "subnet-0b")}
PROJECT: Final = "p-abc123"
DEV: Final = "222222222222"
OF_AWS: Final = "763104351884"
FOREIGN: Final = "999999999999"


def stage_of(stack: Stack) -> str:
    """The stage of an infrastructure stack."""
    return stack.name.partition("-")[0]


def bounds(stack: Stack) -> Iterator[tuple[Resource, list[Any]]]:
    """The boundary of what projects deploy."""
    for policy in stack.of_type("AWS::IAM::ManagedPolicy"):
        if "-deployment-boundary-" in stack.ref(policy.id):
            yield policy, statements(policy.properties["PolicyDocument"])


def projects_do_their_work(stack: Stack) -> Iterator[str]:
    """Roles of a project's models, tests and schedules: what they do is within the boundary."""
    for policy, most in bounds(stack):
        for actions, arn, more in _work(stack):
            for action in actions:
                if not allows(most, _asked(stack, action, arn, more)):
                    yield f"{policy.id} does not let {action} on {arn} through"


def projects_keep_to_themselves(stack: Stack) -> Iterator[str]:
    """What is of another project or account, and every call without the right tag."""
    for policy, most in bounds(stack):
        for actions, arn, more in _others(stack):
            for action in actions:
                if allows(most, _asked(stack, action, arn, more)):
                    yield f"{policy.id} lets {action} on {arn} through, with {more}"


def _asked(stack: Stack, action: str, arn: str, more: dict[str, Any]) -> Request:
    role = f"sagemaker-{PROJECT}-{stage_of(stack)}-execution"
    keys = {
        TAG: PROJECT,
        "aws:PrincipalArn": f"arn:aws:iam::{stack.account}:role/{role}",
        "aws:ResourceTag/sagemaker:project-id": PROJECT,
        **more,
    }
    return Request(action, arn, context(stack, keys))


def _work(stack: Stack) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    stage, place = stage_of(stack), f"{stack.region}:{stack.account}"
    sagemaker = f"arn:aws:sagemaker:{place}"
    data = f"arn:aws:s3:::sagemaker-{PROJECT}-{stage}-{stack.account}"
    models = f"arn:aws:s3:::mlops-{PROJECT}-artifacts-{DEV}"
    of_dev = {"aws:ResourceAccount": DEV}
    find = ("s3:GetBucketLocation", "s3:ListBucket")
    yield ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"), f"{data}/x", {}
    yield find, data, {}
    yield ("s3:GetObject",), f"{models}/x", of_dev
    yield find, models, of_dev
    key = f"arn:aws:kms:{place}:key/1"
    yield ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"), key, {}
    yield ("kms:CreateGrant",), key, {"kms:GrantIsForAWSResource": "true"}
    through = {"kms:ViaService": f"s3.{stack.region}.amazonaws.com", **of_dev}
    foreign = {**through, "aws:ResourceTag/sagemaker:project-id": "of-the-key-in-dev"}
    yield ("kms:Decrypt", "kms:DescribeKey"), f"arn:aws:kms:{stack.region}:{DEV}:key/1", foreign
    pull = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    image = f"arn:aws:ecr:{stack.region}:{DEV}:repository/sagemaker-{PROJECT}"
    yield pull, image, of_dev
    yield pull, f"arn:aws:ecr:{stack.region}:{OF_AWS}:repository/x", {"aws:ResourceAccount": OF_AWS}
    endpoint = f"{sagemaker}:endpoint/churn-{PROJECT}-{stage}"
    asks = ("DescribeEndpoint", "InvokeEndpoint", "InvokeEndpointAsync")
    yield tuple(f"sagemaker:{name}" for name in asks), endpoint, {}
    component = f"{sagemaker}:inference-component/churn-{PROJECT}-{stage}"
    yield ("sagemaker:DescribeInferenceComponent", "sagemaker:InvokeEndpoint"), component, {}
    topic = f"arn:aws:sns:{place}:sagemaker-{PROJECT}-{stage}-done"
    yield ("sns:Publish",), topic, {}
    yield ("sagemaker:DescribeEndpointConfig",), f"{sagemaker}:endpoint-config/x", {}
    yield ("sagemaker:DescribeModel",), f"{sagemaker}:model/x", {}
    pipeline = f"{sagemaker}:pipeline/churn-{PROJECT}-{stage}-inference"
    yield ("sagemaker:DescribePipeline", "sagemaker:StartPipelineExecution"), pipeline, {}
    run = ("sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps")
    yield run, f"{pipeline}/execution/x", {}
    for kind, names in (
        ("processing-job", tuple(f"{v}ProcessingJob" for v in ("Create", "Describe", "Stop"))),
        ("transform-job", tuple(f"{v}TransformJob" for v in ("Create", "Describe", "Stop"))),
    ):
        actions = tuple(f"sagemaker:{name}" for name in (*names, "AddTags"))
        model = {"sagemaker:ModelArn": f"{sagemaker}:model/sagemaker-{PROJECT}-{stage}-x"}
        yield actions, f"{sagemaker}:{kind}/pipelines-x", {**IN_THE_VPC, **model}
    role = f"arn:aws:iam::{stack.account}:role/sagemaker-{PROJECT}-{stage}-execution"
    yield ("iam:PassRole",), role, {"iam:PassedToService": "sagemaker.amazonaws.com"}
    alarm = f"arn:aws:cloudwatch:{place}:alarm:churn-{PROJECT}-{stage}-latency"
    yield ("cloudwatch:DescribeAlarms",), alarm, {}
    logs = ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
    group = f"arn:aws:logs:{place}:log-group:/aws/sagemaker/x"
    yield tuple(f"logs:{name}" for name in logs), group, {}
    interface = f"arn:aws:ec2:{place}:network-interface/x"
    yield (
        tuple(
            f"ec2:{name}"
            for name in (
                *("CreateNetworkInterface", "CreateNetworkInterfacePermission"),
                *("DeleteNetworkInterface", "DeleteNetworkInterfacePermission"),
            )
        ),
        interface,
        {},
    )
    described = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    yield tuple(f"ec2:Describe{name}" for name in described), "*", {}
    yield ("cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"), "*", {}


def _others(stack: Stack) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    stage, place = stage_of(stack), f"{stack.region}:{stack.account}"
    data = f"arn:aws:s3:::sagemaker-{PROJECT}-{stage}-{stack.account}/x"
    read, key = ("s3:GetObject",), f"arn:aws:kms:{place}:key/1"
    role = f"arn:aws:iam::{stack.account}:role/sagemaker-{PROJECT}-{stage}-execution"
    other = f"arn:aws:iam::{stack.account}:role/sagemaker-p-other-{stage}-execution"
    for tag in ("", "x-1", "p-abc123-x"):
        name = f"arn:aws:iam::{stack.account}:role/sagemaker-{tag}-{stage}-execution"
        bucket = f"arn:aws:s3:::sagemaker-{tag}-{stage}-{stack.account}/x"
        yield read, bucket, {TAG: tag, "aws:PrincipalArn": name}
    yield read, data, {"aws:PrincipalArn": other}
    yield read, data, {"aws:ResourceAccount": FOREIGN}
    yield read, f"arn:aws:s3:::mlops-{PROJECT}-artifacts-{DEV}/x", {"aws:ResourceAccount": FOREIGN}
    of_other = {"aws:ResourceTag/sagemaker:project-id": "p-other"}
    yield ("kms:Encrypt", "kms:GenerateDataKey"), key, of_other
    granted = {"kms:GrantIsForAWSResource": "true"}
    yield ("kms:CreateGrant",), key, {**of_other, **granted}
    yield ("kms:CreateGrant",), key, {"kms:GrantIsForAWSResource": "false"}
    theirs = f"arn:aws:kms:{stack.region}:{DEV}:key/1"
    yield ("kms:Decrypt",), theirs, {**of_other, "kms:ViaService": "sqs.x.amazonaws.com"}
    image = f"arn:aws:ecr:{stack.region}:{FOREIGN}:repository/x"
    yield ("ecr:BatchGetImage",), image, {"aws:ResourceAccount": FOREIGN}
    yield ("iam:PassRole",), role, {"iam:PassedToService": "lambda.amazonaws.com"}
    for kind, name in (("model", "CreateModel"), ("processing-job", "CreateProcessingJob")):
        # Without subnets a job has the internet of AWS's own network in reach.
        yield (f"sagemaker:{name}",), f"arn:aws:sagemaker:{place}:{kind}/pipelines-x", {}
    # A model reads and writes as its own role, which may be another project's.
    scores = f"arn:aws:sagemaker:{place}:transform-job/pipelines-x"
    for name in (f"sagemaker-p-other-{stage}-x", "Model-x", "pipelines-x", f"sagemaker-{PROJECT}"):
        model = {"sagemaker:ModelArn": f"arn:aws:sagemaker:{place}:model/{name}"}
        yield ("sagemaker:CreateTransformJob",), scores, model
    # CloudFormation makes the models of a stage; whoever made others could score with them.
    version = f"arn:aws:sagemaker:{stack.region}:{DEV}:model-package/churn-{PROJECT}/1"
    yield ("sagemaker:CreateModel",), version, {"aws:ResourceAccount": DEV}


def stages_publish_their_network(stack: Stack) -> Iterator[str]:
    """Projects find the network by parameters: the VPC, its private subnets and its group."""
    published = {p.properties["Name"]: p.properties["Value"] for p in stack.of_type(PARAMETER)}
    for network in stack.of_type("AWS::EC2::VPC"):
        if published.get("/vpc/id") != stack.ref(network.id):
            yield f"{network.id} is not published as /vpc/id"
        group = stack.referenced(published.get("/vpc/sg/id"), "AWS::EC2::SecurityGroup")
        if group is None or "StudioSecurityGroup" in group.id or "Endpoint" in group.id:
            yield "the group of workloads is not published as /vpc/sg/id"
        if "/vpc/subnets/private/ids" not in published:
            yield "the private subnets are not published as /vpc/subnets/private/ids"


def boundaries_are_published(stack: Stack) -> Iterator[str]:
    """Deploy apps find the boundary of their roles by a parameter; no group is in another VPC."""
    published = {p.properties["Name"]: p.properties["Value"] for p in stack.of_type(PARAMETER)}
    for policy, _ in bounds(stack):
        if published.get("/mlops/boundary/deployment") != stack.ref(policy.id):
            yield f"{policy.id} is not published as /mlops/boundary/deployment"
    for found in stack.of_type("AWS::EC2::SecurityGroup"):
        if not found.properties["VpcId"]:
            yield f"{found.id} is in the default VPC"


PARAMETER: Final = "AWS::SSM::Parameter"
