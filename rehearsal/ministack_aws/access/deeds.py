"""What AWS's services do with a role that they are given: each is asked for when it is done.

MiniStack lets its services do everything. A service of AWS needs permissions of the role, and one
that is missing stops it, often where nobody looks: what was refused is kept, and
`POST /_registry/refused` answers with it.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ministack_aws.access import sessions
from ministack_aws.access.asking import refusal
from ministack_aws.access.role_permissions import denied
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Context, Request

GUIDE: Final = "https://docs.aws.amazon.com"
ANY: Final = "*"
OF_THE_STACK: Final = "of the stack, or its caller"


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a service does with a role.

    Attributes:
        role: whose role it is.
        permissions: each action and what it is done with: a name under which who asks gives
            the ARNs, or `*`. What no ARN is given for is not done.
        source: the page of AWS's documentation that says so.
        via: the service that uses a key in the name of the role, if that is another one.
    """

    service: str
    deed: str
    role: str
    permissions: tuple[tuple[str, str], ...]
    source: str
    via: str = ""


def _with(resource: str, *actions: str) -> tuple[tuple[str, str], ...]:
    return tuple((action, resource) for action in actions)


_SAGEMAKER_ROLES: Final = f"{GUIDE}/sagemaker/latest/dg/sagemaker-roles.html"
_DESCRIBED: Final = _with(
    ANY,
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
_INTERFACES: Final = (
    *_with("subnet", "ec2:CreateNetworkInterface"),
    *_with("group", "ec2:CreateNetworkInterface"),
    *_with("interface", "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission"),
    *_with("interface", "ec2:DeleteNetworkInterface"),
)

DEEDS: Final = (
    Deed(
        service="codepipeline.amazonaws.com",
        deed="fetch the source",
        role="of the pipeline, or of its action",
        permissions=(
            *_with("repository", "codecommit:GetBranch", "codecommit:GetCommit"),
            *_with("repository", "codecommit:UploadArchive"),
            *_with("repository", "codecommit:GetUploadArchiveStatus"),
            *_with("repository", "codecommit:CancelUploadArchive"),
            *_with("key", "kms:Decrypt"),
        ),
        via="codecommit",
        source=f"{GUIDE}/codepipeline/latest/userguide/how-to-custom-role.html",
    ),
    Deed(
        service="codepipeline.amazonaws.com",
        deed="use a connection",
        role="of the pipeline, or of its action",
        permissions=_with("connection", "codeconnections:UseConnection"),
        source=f"{GUIDE}/codepipeline/latest/userguide/"
        "action-reference-CodestarConnectionSource.html",
    ),
    Deed(
        service="codepipeline.amazonaws.com",
        deed="follow a build",
        role="of the pipeline, or of its action",
        permissions=_with("project", "codebuild:BatchGetBuilds", "codebuild:StartBuild"),
        source=f"{GUIDE}/codepipeline/latest/userguide/how-to-custom-role.html",
    ),
    Deed(
        service="codepipeline.amazonaws.com",
        deed="publish an approval",
        role="of the pipeline, or of its action",
        permissions=(
            *_with("topic", "sns:Publish"),
            *_with("key", "kms:GenerateDataKey", "kms:Decrypt"),
        ),
        via="sns",
        source=f"{GUIDE}/codepipeline/latest/userguide/approvals-iam-permissions.html",
    ),
    Deed(
        service="codebuild.amazonaws.com",
        deed="write the build's log",
        role="of the project",
        permissions=(
            *_with("new group", "logs:CreateLogGroup"),
            *_with("stream", "logs:CreateLogStream", "logs:PutLogEvents"),
        ),
        source=f"{GUIDE}/codebuild/latest/userguide/setting-up-service-role.html",
    ),
    Deed(
        service="codebuild.amazonaws.com",
        deed="join the VPC",
        role="of the project",
        permissions=(*_DESCRIBED, *_INTERFACES),
        source=f"{GUIDE}/codebuild/latest/userguide/"
        "auth-and-access-control-iam-identity-based-access-control.html",
    ),
    Deed(
        service="codebuild.amazonaws.com",
        deed="pull the image",
        role="of the project",
        permissions=(
            *_with(ANY, "ecr:GetAuthorizationToken"),
            *_with("image", "ecr:BatchCheckLayerAvailability"),
            *_with("image", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        ),
        source=f"{GUIDE}/codebuild/latest/userguide/sample-ecr.html",
    ),
    Deed(
        service="codebuild.amazonaws.com",
        deed="track a run",
        role="of the project",
        permissions=_with("app", "sagemaker:CallMlflowAppApi"),
        source=f"{GUIDE}/sagemaker/latest/dg/mlflow-app-setup-prerequisites-iam.html",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="write the log and metrics of a job",
        role="of the job",
        permissions=(
            *_with("group", "logs:CreateLogGroup", "logs:DescribeLogStreams"),
            *_with("stream", "logs:CreateLogStream", "logs:PutLogEvents"),
            *_with(ANY, "cloudwatch:PutMetricData"),
        ),
        source=f"{_SAGEMAKER_ROLES}#sagemaker-roles-createtrainingjob-perms",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="join the VPC",
        role="of the job, or of the model",
        permissions=(
            *_DESCRIBED,
            *_INTERFACES,
            *_with("interface", "ec2:DeleteNetworkInterfacePermission"),
        ),
        source=f"{_SAGEMAKER_ROLES}#sagemaker-roles-createtrainingjob-perms",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="pull the image",
        role="of the job, or of the model",
        permissions=(
            *_with(ANY, "ecr:GetAuthorizationToken"),
            *_with("image", "ecr:BatchCheckLayerAvailability"),
            *_with("image", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        ),
        source=f"{_SAGEMAKER_ROLES}#sagemaker-roles-createmodel-perms",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="encrypt volumes",
        role="of the job, or of the model",
        permissions=_with("key", "kms:DescribeKey", "kms:CreateGrant"),
        source=f"{_SAGEMAKER_ROLES}#sagemaker-roles-createendpointconfig-perms",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="read the alarms of a deployment",
        role="of the model",
        permissions=_with("alarm", "cloudwatch:DescribeAlarms"),
        source=f"{GUIDE}/sagemaker/latest/dg/deployment-guardrails-configuration.html",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="leave asynchronous answers",
        role="of the model",
        permissions=(
            *_with("object", "s3:GetObject", "s3:PutObject"),
            *_with("key", "kms:GenerateDataKey", "kms:Decrypt"),
        ),
        via="s3",
        source=f"{GUIDE}/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="tell of asynchronous answers",
        role="of the model",
        permissions=(
            *_with("topic", "sns:Publish"),
            *_with("key", "kms:GenerateDataKey", "kms:Decrypt"),
        ),
        via="sns",
        source=f"{GUIDE}/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html",
    ),
    Deed(
        service="events.amazonaws.com",
        deed="start a pipeline",
        role="of the rule's target",
        permissions=_with("pipeline", "codepipeline:StartPipelineExecution"),
        source=f"{GUIDE}/eventbridge/latest/userguide/eb-use-identity-based.html",
    ),
    Deed(
        service="events.amazonaws.com",
        deed="start a build",
        role="of the rule's target",
        permissions=_with("project", "codebuild:StartBuild"),
        source=f"{GUIDE}/eventbridge/latest/userguide/eb-use-identity-based.html",
    ),
    Deed(
        service="codecommit.amazonaws.com",
        deed="encrypt a repository",
        role=OF_THE_STACK,
        permissions=_with(
            *("key", "kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom"),
            *("kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
        ),
        source=f"{GUIDE}/codecommit/latest/userguide/encryption.html",
    ),
    Deed(
        service="ecr.amazonaws.com",
        deed="encrypt a repository",
        role=OF_THE_STACK,
        permissions=_with("key", "kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant"),
        source=f"{GUIDE}/AmazonECR/latest/userguide/encryption-at-rest.html",
    ),
    Deed(
        service="application-autoscaling.amazonaws.com",
        deed="scale an endpoint",
        role=OF_THE_STACK,
        permissions=(
            *_with("endpoint", "sagemaker:DescribeEndpoint"),
            *_with("endpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"),
            *_with("configuration", "sagemaker:DescribeEndpointConfig"),
            *_with("component", "sagemaker:DescribeInferenceComponent"),
            *_with("component", "sagemaker:UpdateInferenceComponentRuntimeConfig"),
        ),
        source=f"{GUIDE}/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html",
    ),
    Deed(
        service="application-autoscaling.amazonaws.com",
        deed="follow a metric",
        role=OF_THE_STACK,
        permissions=_with(
            *("alarm", "cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"),
            "cloudwatch:DeleteAlarms",
        ),
        source=f"{GUIDE}/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html",
    ),
    Deed(
        service="sagemaker.amazonaws.com",
        deed="make a domain",
        role=OF_THE_STACK,
        permissions=(
            *_with("role", "iam:CreateServiceLinkedRole"),
            *_with("key", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey"),
            *_with("key", "kms:GenerateDataKeyWithoutPlaintext"),
        ),
        source=f"{GUIDE}/sagemaker/latest/dg/api-permissions-reference.html",
    ),
    Deed(
        service="transitgateway.amazonaws.com",
        deed="attach a VPC",
        role=OF_THE_STACK,
        permissions=_with("role", "iam:CreateServiceLinkedRole"),
        source=f"{GUIDE}/vpc/latest/tgw/service-linked-roles.html",
    ),
    Deed(
        service="vpc-flow-logs.amazonaws.com",
        deed="write flow logs",
        role="of the flow log",
        permissions=(
            *_with("group", "logs:DescribeLogStreams"),
            *_with("stream", "logs:CreateLogStream", "logs:PutLogEvents"),
        ),
        source=f"{GUIDE}/vpc/latest/userguide/flow-logs-iam-role.html",
    ),
)

_BY_NAME: Final = {(deed.service, deed.deed): deed for deed in DEEDS}
_REFUSED: Final[list[dict[str, str]]] = []
_LOCK: Final = threading.Lock()


def ask(
    service: str,
    deed: str,
    role: str,
    resources: Mapping[str, Sequence[str]],
    context: Context | None = None,
    source: str = "",
) -> str | None:
    """Why a service cannot do a deed with a role, in AWS's words; None where it can.

    Args:
        resources: the ARNs under the names that the deed's permissions have.
        context: condition keys of the calls.
        source: the ARN of the resource for which the service acts.
    """
    row = _BY_NAME[service, deed]
    try:
        credentials = sessions.session(role, service, deed.replace(" ", "-")[:64], source)
    except sessions.NotTrusted as error:
        return keep(service, deed, role, str(error))
    for action, name in row.permissions:
        for resource in resources.get(name, ()) if name != ANY else (ANY,):
            text = refusal(credentials, action, resource, _keys(row, context))
            if text:
                return keep(service, deed, role, text)
    return None


def ask_caller(
    service: str, deed: str, principal: str, resources: Mapping[str, Sequence[str]]
) -> str | None:
    """Why a caller may not let a service do a deed, which the service does with its permissions.

    Args:
        principal: the ARN of the role of a stack, or of who has made it.
    """
    row = _BY_NAME[service, deed]
    for action, name in row.permissions:
        for resource in resources.get(name, ()) if name != ANY else (ANY,):
            text = denied(principal, action, (resource,), _keys(row, None))
            if text:
                return text
    return None


def _keys(deed: Deed, context: Context | None) -> Context:
    name = deed.service.partition(".")[0]
    return {
        "kms:viaservice": f"{deed.via or name}.{get_region()}.amazonaws.com",
        "kms:calleraccount": get_account_id(),
        "kms:grantisforawsresource": "true",
        "cloudwatch:namespace": f"/aws/{name}/Jobs",
        "ec2:authorizedservice": deed.service,
        "iam:awsservicename": deed.service,
        **(context or {}),
    }


def keep(service: str, deed: str, role: str, text: str) -> str:
    """Remember that a service was refused something; answers with the text."""
    row = {
        "account": get_account_id(),
        "service": service,
        "deed": deed,
        "role": role,
        "reason": text,
    }
    with _LOCK:
        if row not in _REFUSED:
            _REFUSED.append(row)
    return text


def answer(request: Request) -> tuple[int, Any]:
    """An HTTP status; how the deed of a player of a service is decided.

    The request has `account`, `region`, `service`, `deed`, `role`, `resources`, and may have
    `context` and `source`.
    """
    with request_scope(request["account"], request["region"]):
        text = ask(
            request["service"],
            request["deed"],
            request["role"],
            request["resources"],
            request.get("context"),
            request.get("source", ""),
        )
    return (403, {"message": text}) if text else (200, {})


def refused(_request: Request) -> tuple[int, list[dict[str, str]]]:
    """An HTTP status, and what was refused since this was asked the last time."""
    with _LOCK:
        found = list(_REFUSED)
        _REFUSED.clear()
    return 200, found
