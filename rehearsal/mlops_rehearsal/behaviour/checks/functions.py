"""What Lambda does with the role of a function, and flow logs with theirs.

Sources: "Sending Lambda function logs to CloudWatch Logs", Lambda Developer Guide; "IAM role for
publishing flow logs to CloudWatch Logs", Amazon VPC User Guide; aws-cdk-lib, provider framework: it
calls `USER_ON_EVENT_FUNCTION_ARN`, and waits with GetFunction until that function is active.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mlops_commons.iam.evaluation import action_matches, listed
from mlops_rehearsal.behaviour.asking import Need, excess, lacking, role_of
from mlops_rehearsal.behaviour.policies import identity, policies_of
from mlops_rehearsal.behaviour.stack import Resource, Stack

WRITE: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
ARCHIVE: Final = r"arn:aws[a-z-]*:s3:::[a-z0-9.-]+(/[^*]*)?"
BASIC: Final = "service-role/AWSLambdaBasicExecutionRole"


def flow_logs_are_written(stack: Stack) -> Iterator[str]:
    """All traffic of each VPC, into a group that the role may write to, or into an archive."""
    flows = list(stack.of_type("AWS::EC2::FlowLog"))
    for network in stack.of_type("AWS::EC2::VPC"):
        if stack.ref(network.id) not in [flow.properties["ResourceId"] for flow in flows]:
            yield f"nobody logs the traffic of {network.id}"
    for flow in flows:
        known = flow.properties
        if known.get("LogDestinationType") == "s3":
            yield from _archived(flow)
            continue
        group = stack.referenced(known["LogGroupName"], "AWS::Logs::LogGroup")
        role = role_of(stack, known["DeliverLogsPermissionArn"])
        if known["TrafficType"] != "ALL" or group is None or role is None:
            yield f"{flow.id} does not log all traffic into a group of this stack"
            continue
        yield from lacking(stack, role, [_log(stack, group, (*WRITE, "logs:DescribeLogStreams"))])


def _archived(flow: Resource) -> Iterator[str]:
    """Of a bucket that is not of this stack, all that can be seen is that it is named whole."""
    known = flow.properties
    named = re.fullmatch(ARCHIVE, known["LogDestination"])
    if known["TrafficType"] != "ALL" or not named or "DeliverLogsPermissionArn" in known:
        yield f"{flow.id} does not log all traffic into an archive by the policy of that"


def functions_write_their_logs(stack: Stack) -> Iterator[str]:
    """Each function into a group of its own, by its role's permission."""
    writers = [flow.properties.get("LogGroupName") for flow in stack.of_type("AWS::EC2::FlowLog")]
    for function in stack.of_type("AWS::Lambda::Function"):
        role = role_of(stack, function.properties["Role"])
        wanted = function.properties.get("LoggingConfig", {}).get("LogGroup")
        group = stack.referenced(wanted, "AWS::Logs::LogGroup")
        if role is None:
            yield f"{function.id} has no role of this stack"
        elif group is not None:
            if wanted in writers:
                yield f"{function.id} writes into {group.id}, as something else does"
            writers.append(wanted)
            yield from lacking(stack, role, [_log(stack, group, WRITE)])
        elif BASIC not in str(role.properties["ManagedPolicyArns"]):
            yield from _own_log(stack, function, role)


def functions_call_functions(stack: Stack) -> Iterator[str]:
    """The CDK's provider calls the function that it was given, and only that one."""
    for function in stack.of_type("AWS::Lambda::Function"):
        variables = function.properties.get("Environment", {}).get("Variables", {})
        called = [value for name, value in variables.items() if name.endswith("_FUNCTION_ARN")]
        role = role_of(stack, function.properties["Role"])
        if "framework." in str(function.properties["Handler"]) and not called:
            yield f"{function.id} has no function to call"
        for arn in called:
            other = stack.referenced(arn, "AWS::Lambda::Function")
            if other is None or "framework." in str(other.properties["Handler"]):
                yield f"{function.id} calls {arn}, which does no work"
            if role:
                yield from lacking(stack, role, _calls(arn))


def functions_use_keys_by_services(stack: Stack) -> Iterator[str]:
    """A function that reads objects under any key of the account decrypts them by S3 alone.

    Source: "Using server-side encryption with AWS KMS keys", Amazon S3 User Guide; "Permissions for
    AWS services in key policies", kms:ViaService, AWS KMS Developer Guide.
    """
    key = f"arn:aws:kms:{stack.region}:{stack.account}:key/of-a-project"
    by_s3 = {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"}
    for function in stack.of_type("AWS::Lambda::Function"):
        role = role_of(stack, function.properties["Role"])
        allowed = [s for s in identity(stack, role) if s["Effect"] == "Allow"] if role else []
        words = ("kms:Decrypt", "s3:GetObject")
        if role and all(any(action_matches(s, word) for s in allowed) for word in words):
            reads = Need(why="read", actions=("kms:Decrypt",), resource=key, context=by_s3)
            direct = Need(why="decrypt itself", actions=("kms:Decrypt",), resource=key)
            if _key_of_everybody(allowed):
                yield from lacking(stack, role, [reads])
            yield from excess(stack, role, [direct])


def _key_of_everybody(allowed: Sequence[Any]) -> bool:
    """Whether statements speak of keys that they do not name."""
    return any(
        action_matches(s, "kms:Decrypt") and str(on).endswith(":key/*")
        for s in allowed
        for on in listed(s.get("Resource", ""))
    )


def policies_belong_to_roles(stack: Stack) -> Iterator[str]:
    """Each policy is attached, or a boundary."""
    roles = list(stack.of_type("AWS::IAM::Role"))
    attached = {policy.id for role in roles for policy in policies_of(stack, role)}
    bounds = {str(role.properties["PermissionsBoundary"]) for role in roles}
    for policy in stack.of_type("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        name = stack.ref(policy.id)
        if policy.id not in attached and name not in bounds and "boundary" not in name:
            yield f"{policy.id} is attached to no role"


def _log(stack: Stack, group: Resource, actions: tuple[str, ...]) -> Need:
    arn = stack.arn(group.id).removesuffix("*")
    return Need(why="write its log", actions=actions, resource=f"{arn}log-stream:one")


def _own_log(stack: Stack, function: Resource, role: Resource) -> Iterator[str]:
    """A function that names no group writes into one with its name, which it makes."""
    group = f"log-group:/aws/lambda/{stack.ref(function.id)}"
    arn = f"arn:aws:logs:{stack.region}:{stack.account}:{group}"
    yield from lacking(
        stack,
        role,
        [
            Need(why="make its log group", actions=("logs:CreateLogGroup",), resource=arn),
            Need(why="write its log", actions=WRITE, resource=f"{arn}:log-stream:one"),
        ],
    )


def _calls(arn: str) -> Iterator[Need]:
    call = ("lambda:InvokeFunction",)
    yield Need(why="call its function", actions=call, resource=arn)
    yield Need(why="call a version of its function", actions=call, resource=f"{arn}:$LATEST")
    yield Need(why="wait for its function", actions=("lambda:GetFunction",), resource=arn)
