"""What services ask of whoever calls them, and AWS's guides of roles, which no schema says.

Each row has the page where AWS, or somebody whom a service has refused, says so; the product's own
tables are not read here.
"""

from typing import Any

import pytest
from policy_evaluation import Request, allows, listed
from project_roles import DEV, Statement, deployment_boundary, here, role, statements_of

pytestmark = pytest.mark.construct

PROBE = "7f4e1944-1d0c-4c8e-9a55-0d1e0f5a3b1c"
"""Application Auto Scaling asks with a name that it makes up, not the endpoint's (ACK issue)."""
SCALING = (
    "https://docs.aws.amazon.com/autoscaling/application/userguide/"
    "security_iam_id-based-policy-examples.html"
    " and https://github.com/aws-controllers-k8s/community/issues/2110"
)
GUARDRAILS = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html"
)
PIPELINES = "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html"
VERSIONS = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html"
ID = "p-1a"
OF_PROJECT = {
    "aws:PrincipalTag/sagemaker:project-id": ID,
    "aws:PrincipalArn": role(f"sagemaker-{ID}-prod-execution"),
}
VERSION = f"arn:aws:sagemaker:eu-west-1:{DEV}:model-package/churn-{ID}/3"
CFN, BOUNDARY = "cfn", "boundary"
ASKED: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    (SCALING, CFN, "sagemaker:DescribeEndpoint", here("sagemaker", f"endpoint/{PROBE}"), {}),
    (
        SCALING,
        CFN,
        "sagemaker:DescribeEndpointConfig",
        here("sagemaker", f"endpoint-config/{PROBE}"),
        {},
    ),
    (
        SCALING,
        CFN,
        "sagemaker:UpdateEndpointWeightsAndCapacities",
        here("sagemaker", f"endpoint/{PROBE}"),
        {},
    ),
    *(
        (
            SCALING,
            CFN,
            f"cloudwatch:{verb}",
            here("cloudwatch", f"alarm:TargetTracking-endpoint/churn-{ID}-prod/variant/1-AlarmLow"),
            {},
        )
        for verb in ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm")
    ),
    (
        GUARDRAILS,
        CFN,
        "cloudwatch:DescribeAlarms",
        here("cloudwatch", f"alarm:churn-{ID}-prod-latency"),
        {},
    ),
    (
        GUARDRAILS,
        BOUNDARY,
        "cloudwatch:DescribeAlarms",
        here("cloudwatch", f"alarm:churn-{ID}-prod-latency"),
        OF_PROJECT,
    ),
    (
        PIPELINES,
        BOUNDARY,
        "iam:PassRole",
        role(f"sagemaker-{ID}-prod-execution"),
        {**OF_PROJECT, "iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
    (VERSIONS, CFN, "sagemaker:CreateModel", VERSION, {}),
    (VERSIONS, CFN, "sagemaker:DescribeModelPackage", VERSION, {}),
)


def policies(of_whom: str) -> list[Statement]:
    if of_whom == CFN:
        return statements_of(CFN)
    project = OF_PROJECT["aws:PrincipalTag/sagemaker:project-id"]
    return list(_filled(deployment_boundary(), project))


def _filled(value: Any, project: str) -> Any:
    """A variable of the policy with the project's id, as IAM fills it in."""
    if isinstance(value, dict):
        return {key: _filled(inner, project) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, project) for inner in value]
    variable = "${aws:PrincipalTag/sagemaker:project-id}"
    return value.replace(variable, project) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("source", "of_whom", "action", "resource", "context"),
    ASKED,
    ids=[f"{row[1]} {row[2]} {index}" for index, row in enumerate(ASKED)],
)
def test_who_is_asked_for_a_permission_has_it(
    source: str, of_whom: str, action: str, resource: str, context: dict[str, Any]
) -> None:
    found = policies(of_whom)
    assert allows(found, Request(action, resource, context)), source
    # The row tells something: without the statements with this action it is refused.
    less = [s for s in found if s["Effect"] == "Deny" or action not in s["Action"]]
    assert not allows(less, Request(action, resource, context))


@pytest.mark.parametrize("action", sorted({row[2] for row in ASKED if row[1] == CFN}))
def test_what_a_service_asks_for_ends_at_the_account(action: str) -> None:
    for statement in statements_of(CFN):
        if statement["Effect"] == "Allow" and action in statement["Action"]:
            assert "*" not in listed(statement["Resource"]), statement["Sid"]
