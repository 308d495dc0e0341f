"""What may pass each VPC endpoint."""

from typing import Final

from mlops_commons.egress.buckets import BUCKETS
from mlops_commons.egress.passage import PERIMETER, TESTS, Owner, Passage, Sender, Switch
from mlops_commons.vpc_endpoints import VpcEndpoint

PULL_IMAGES: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
READ_PACKAGES: Final = (
    "codeartifact:GetAuthorizationToken",
    "codeartifact:GetRepositoryEndpoint",
    "codeartifact:ReadFromRepository",
)
PUBLISH_PACKAGES: Final = (
    "codeartifact:PublishPackageVersion",
    "codeartifact:PutPackageMetadata",
)
ECR: Final = (
    Passage(
        sid="PullImagesOfDev",
        actions=PULL_IMAGES,
        owner=Owner.DEV,
        reason="the images that the dev account's projects built",
    ),
    Passage(
        sid="PullImagesOfAws",
        actions=PULL_IMAGES,
        owner=Owner.IMAGES,
        reason="AWS offers SageMaker's images from accounts of its own, see `image_accounts`",
    ),
)
SAGEMAKER: Final = (
    Passage(
        sid="TestOtherStages",
        actions=("sagemaker:*",),
        sender=Sender.TESTS,
        owner=Owner.TESTED,
        reason=TESTS,
    ),
)
STS: Final = (
    Passage(
        sid="BecomeTestRoles",
        actions=("sts:AssumeRole",),
        owner=Owner.TESTED,
        resources=("arn:{partition}:iam::{tested}:{test_roles}",),
        reason=TESTS,
    ),
)
SSM: Final = (
    Passage(
        sid="ReadPublicParameters",
        actions=("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
        owner=Owner.NAMED,
        resources=("arn:{partition}:ssm:{region}::parameter/aws/*",),
        reason=f"public parameters belong to no account ({PERIMETER})",
    ),
)
BEDROCK: Final = (
    Passage(
        sid="UseFoundationModels",
        actions=("bedrock:GetFoundationModel", "bedrock:InvokeModel*"),
        owner=Owner.NAMED,
        resources=("arn:{partition}:bedrock:*::foundation-model/*",),
        reason="foundation models belong to no account, and an inference profile invokes them in "
        "several regions (Service Authorization Reference, Amazon Bedrock)",
    ),
)
CODEARTIFACT: Final = (
    Passage(
        sid="ReadPackages",
        actions=READ_PACKAGES,
        reason="CodeArtifact User Guide, 'Create a VPC endpoint policy for CodeArtifact'",
    ),
    Passage(
        sid="TakeTokens",
        actions=("sts:GetServiceBearerToken",),
        owner=Owner.NAMED,
        reason="the same page; a token belongs to the principal that takes it, and to no resource",
    ),
    Passage(
        sid="ReadPackagesOfTrustedAccounts",
        actions=READ_PACKAGES,
        owner=Owner.TRUSTED,
        reason="a domain of packages that many accounts share",
    ),
    Passage(
        sid="ReadPackagesOfTrustedOrganization",
        actions=READ_PACKAGES,
        owner=Owner.ORGANIZATION,
        reason="a domain of packages that the organization shares",
    ),
    Passage(
        sid="PublishPackages",
        actions=PUBLISH_PACKAGES,
        switch=Switch.PACKAGE_PUBLISHING,
        reason="only where workloads publish packages of their own",
    ),
)
STUDIO: Final = (
    Passage(
        sid="DomainsOfThisAccount",
        actions=("sagemaker:*",),
        sender=Sender.ANYONE,
        owner=Owner.NAMED,
        resources=("arn:{partition}:sagemaker:{region}:{account}:*",),
        reason="a browser's session is signed by no principal of an account, so the domain, app or "
        "notebook instance is what AWS's pages limit (Amazon SageMaker AI Developer Guide, "
        "'Create a VPC Endpoint Policy for SageMaker Studio' and 'for Notebook Instances')",
    ),
)
EVENTS: Final = (
    Passage(
        sid="EventsOfThisAccount",
        actions=("events:*",),
        owner=Owner.NAMED,
        resources=("arn:{partition}:events:{region}:{account}:*",),
        reason="EventBridge does not support aws:ResourceAccount (IAM User Guide, 'AWS global "
        "condition context keys'), so the ARN is the limit",
    ),
)

BESIDES_OWN: Final = {
    "s3": BUCKETS,
    "ecr": ECR,
    "ecr_docker": ECR,
    "sagemaker_api": SAGEMAKER,
    "sagemaker_runtime": SAGEMAKER,
    "sts": STS,
    "ssm": SSM,
    "bedrock": BEDROCK,
    "bedrock_runtime": BEDROCK,
}
"""What passes an endpoint besides own principals that use own resources, by the endpoint's key."""

INSTEAD_OF_OWN: Final = {
    "codeartifact_api": CODEARTIFACT,
    "codeartifact_repositories": CODEARTIFACT,
    "sagemaker_notebook": STUDIO,
    "sagemaker_studio": STUDIO,
    "events": EVENTS,
}
"""What passes endpoints where that rule does not fit."""


def passages(row: VpcEndpoint) -> tuple[Passage, ...]:
    """Every passage of an endpoint; empty where the row takes no policy.

    An endpoint policy grants nothing: it is the most that may pass, on top of what a principal's
    own policies allow. So the actions are a whole service; sender and owner are the limit.
    """
    if not row.policy:
        return ()
    if row.key in INSTEAD_OF_OWN:
        return INSTEAD_OF_OWN[row.key]
    own = Passage(
        sid="OwnPrincipalsAndResources",
        actions=(f"{row.policy}:*",),
        reason="neither credentials of other accounts, nor resources of other accounts",
    )
    return (own, *BESIDES_OWN.get(row.key, ()))
