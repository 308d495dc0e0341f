"""What services ask of whoever calls them, which no schema of a resource type says.

A handler's permissions are those of its own calls. Some services ask besides whether the caller
may do on another service what they are about to do in the caller's name, and an EC2 call may touch
a zone of Route 53. Each row names where AWS says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.templates import StackTemplate, types_in
from mlops_commons.iam.statements import Statement


@dataclass(frozen=True, kw_only=True)
class CallerCheck:
    """Actions that a service asks of the caller.

    Attributes:
        type: the resource type whose handler calls the service.
        properties: with one of these a resource leads to it; none: every one does.
        resources: patterns of ARNs; `{partition}`, `{region}` and `{account}` are filled in.
        reason: why they are as wide as they are.
        source: where AWS, or somebody who met it, says so.
    """

    type: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    source: str
    properties: tuple[str, ...] = ()

    def concerns(self, stack: StackTemplate) -> bool:
        """Whether a resource of the stack leads to it."""
        if not self.properties:
            return self.type in types_in((stack,))
        return any(set(self.properties) & set(given) for _, given in stack.resources(self.type))


IDENTITY: Final = ("SingleSignOnUserValue",)
CALLER_CHECKS: Final = (
    CallerCheck(
        type="AWS::ApplicationAutoScaling::ScalableTarget",
        sid="AskedByAutoScaling",
        actions=(
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:DescribeInferenceComponent",
            "sagemaker:UpdateEndpointWeightsAndCapacities",
            "sagemaker:UpdateInferenceComponentRuntimeConfig",
        ),
        resources=tuple(
            f"arn:{{partition}}:sagemaker:{{region}}:{{account}}:{kind}/*"
            for kind in ("endpoint", "endpoint-config", "inference-component")
        ),
        reason="Application Auto Scaling asks with names that it makes up, before it knows the "
        "endpoint; the role itself calls these actions on its own endpoints and components alone",
        source="Application Auto Scaling User Guide, 'Identity-based policy examples', section "
        "'Permissions required for API actions on target services and CloudWatch' "
        "(https://docs.aws.amazon.com/autoscaling/application/userguide/"
        "security_iam_id-based-policy-examples.html); the names: "
        "https://github.com/aws-controllers-k8s/community/issues/2110",
    ),
    CallerCheck(
        type="AWS::EC2::VPCEndpoint",
        sid="AskedForPrivateDns",
        actions=("route53:AssociateVPCWithHostedZone",),
        resources=(
            "arn:{partition}:ec2:{region}:{account}:vpc/*",
            "arn:{partition}:route53:::hostedzone/*",
        ),
        reason="the private zone of an endpoint's service belongs to AWS and has a random id, and "
        "so has the VPC",
        source="Service Authorization Reference, 'Amazon EC2', dependent actions of "
        "CreateVpcEndpoint (https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "list_amazonec2.html)",
    ),
    *(
        CallerCheck(
            type="AWS::SageMaker::UserProfile",
            properties=IDENTITY,
            sid=sid,
            actions=actions,
            resources=resources,
            reason="Identity Center and its directory belong to the account that manages the "
            "organization, and their ids are random; nothing is changed there",
            source="the handlers of the type in CloudFormation's registry, which the derivation "
            "leaves out: they are of services that decide who may do what. The resources: Service "
            "Authorization Reference, 'AWS IAM Identity Center' and 'AWS Identity Store'",
        )
        for sid, actions, resources in (
            ("FindIdentityCenter", ("sso:ListInstances",), ("*",)),
            (
                "FindUsersOfIdentityCenter",
                ("identitystore:DescribeUser", "identitystore:ListUsers", "sso:DescribeInstance"),
                (
                    "arn:{partition}:identitystore::*:identitystore/*",
                    "arn:{partition}:identitystore:::user/*",
                    "arn:{partition}:sso:::instance/*",
                ),
            ),
        )
    ),
)


def asked_of_callers(stacks: Sequence[StackTemplate]) -> Iterator[Statement]:
    """A statement for each row of which these templates make a resource, in their places."""
    for row in CALLER_CHECKS:
        places = {stack.environment for stack in stacks if row.concerns(stack)}
        found = {
            arn.format(partition=place.partition, region=place.region, account=place.account)
            for place in places
            for arn in row.resources
        }
        if found:
            yield Statement(
                sid=row.sid,
                actions=row.actions,
                resources=tuple(sorted(found)),
                reason=row.reason,
            )
