"""What Service Catalog may do while it launches a project.

What the products' templates need is derived from them; what Service Catalog does itself is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.templates import Template
from mlops_commons.execution_policies.action_resources import NO_RESOURCES
from mlops_commons.execution_policies.anywhere import packed
from mlops_commons.execution_policies.launch_policy import launch_policy
from mlops_commons.execution_policies.review import Review
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.utilities.toolkit import DEFAULT, Toolkit


@dataclass(frozen=True, kw_only=True)
class LaunchPolicies:
    """The policies of the launch role.

    Attributes:
        policies: the statements by the name of the policy that holds them.
        reviews: what a person has to look at before products are launched.
    """

    policies: dict[str, tuple[Statement, ...]]
    reviews: tuple[Review, ...]


def launch_policies(
    templates: Iterable[Template],
    *,
    boundary_arn: str,
    assets_bucket: str,
    assets_key_arn: str,
    bootstrap: Toolkit = DEFAULT,
) -> LaunchPolicies:
    """The policies of the launch role.

    Args:
        templates: of all products.
        boundary_arn: of the permissions boundary that every role of a project carries.
        assets_bucket: the bucket with seed archives; templates come from the CDK's own bucket.
        bootstrap: of the account, whose bucket that is.

    Raises:
        PlatformError: the products need more than a role can have.
    """
    archives = f"arn:${{AWS::Partition}}:s3:::{assets_bucket}/*"
    bucket = f"{bootstrap.assets_prefix}${{AWS::AccountId}}-${{AWS::Region}}"
    published = f"arn:${{AWS::Partition}}:s3:::{bucket}/*"
    derived = launch_policy(templates, boundary_arn=boundary_arn, assets=(archives, published))
    return LaunchPolicies(
        policies={
            "Launch": (*_cloudformation(), *_templates(assets_key_arn), CONTRACT),
            **{
                f"Products{number}": statements
                for number, statements in enumerate(
                    packed(derived.statements, "the launch role"), start=1
                )
            },
        },
        reviews=derived.reviews,
    )


CONTRACT: Final = Statement(
    sid="LeaveTheContractAlone",
    effect="Deny",
    actions=actions("ssm", "DeleteParameter PutParameter"),
    resources=arns("ssm", "parameter/*mlops/role/*", "parameter/*mlops/boundary/*"),
)
"""Whatever a product's template says: other stacks read these parameters."""


def _cloudformation() -> tuple[Statement, ...]:
    """Source: Service Catalog Administrator Guide, "Launch constraints", IAM permissions."""
    return (
        Statement(
            sid="ManageTheStackOfAProject",
            actions=actions(
                "cloudformation",
                "CreateStack DeleteStack DescribeStackEvents DescribeStackResources "
                "DescribeStacks GetTemplate SetStackPolicy UpdateStack CreateChangeSet "
                "DeleteChangeSet DescribeChangeSet ExecuteChangeSet ListChangeSets TagResource "
                "UntagResource",
            ),
            resources=arns("cloudformation", "stack/SC-*"),
            reason="Service Catalog begins the name of every stack that it makes with SC-",
        ),
        Statement(
            sid="ReadTemplates",
            actions=actions("cloudformation", "GetTemplateSummary ValidateTemplate"),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
    )


def _templates(assets_key_arn: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ReadWhatServiceCatalogKeeps",
            actions=("s3:GetObject",),
            resources=("*",),
            reason="Service Catalog keeps a copy of each template in a bucket of its own and marks "
            "it with a tag, which the condition requires",
            condition={
                "StringEquals": {"s3:ExistingObjectTag/servicecatalog:provisioning": "true"}
            },
        ),
        Statement(
            sid="DecryptSeedCode",
            actions=("kms:Decrypt",),
            resources=(assets_key_arn,),
        ),
    )
