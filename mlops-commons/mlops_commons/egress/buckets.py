"""What may pass the endpoint of Amazon S3."""

from typing import Final

from mlops_commons.egress.passage import PERIMETER, TESTS, Owner, Passage, Sender, Switch

READ_OBJECTS: Final = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
WRITE_OBJECTS: Final = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def _of_aws(sid: str, buckets: tuple[str, ...], *, sender: Sender, reason: str) -> Passage:
    """Reading objects, and never writing any, in buckets that belong to AWS."""
    arns = tuple(f"arn:{{partition}}:s3:::{bucket}/*" for bucket in buckets)
    return Passage(
        sid=sid,
        actions=("s3:GetObject",),
        sender=sender,
        owner=Owner.NAMED,
        resources=arns,
        reason=reason,
    )


BUCKETS: Final = (
    Passage(
        sid="ReadModelsOfDev",
        actions=READ_OBJECTS,
        owner=Owner.DEV,
        reason="model endpoints and batch jobs read what the dev account's projects trained",
    ),
    Passage(
        sid="TestOtherStages",
        actions=(*READ_OBJECTS, *WRITE_OBJECTS),
        sender=Sender.TESTS,
        owner=Owner.TESTED,
        reason=TESTS,
    ),
    Passage(
        sid="UseDataOfTrustedAccounts",
        actions=(*READ_OBJECTS, *WRITE_OBJECTS),
        owner=Owner.TRUSTED,
        reason="data that lies in accounts outside the set, such as a data lake",
    ),
    Passage(
        sid="UseDataOfTrustedOrganization",
        actions=(*READ_OBJECTS, *WRITE_OBJECTS),
        owner=Owner.ORGANIZATION,
        reason="data that lies anywhere in the organization",
    ),
    _of_aws(
        "ReadImageLayers",
        ("prod-{region}-starport-layer-bucket",),
        sender=Sender.ANYONE,
        reason="image layers of Amazon ECR, by URLs that ECR's own account signs (Amazon ECR User "
        "Guide, 'Minimum Amazon S3 bucket permissions for Amazon ECR')",
    ),
    _of_aws(
        "ReadPackagesOfAmazonLinux",
        ("al2023-repos-{region}-de612dc2", "amazonlinux-2-repos-{region}"),
        sender=Sender.ANYONE,
        reason="packages of Amazon Linux, by unsigned requests of dnf and yum (Amazon Linux 2023 "
        f"User Guide, 'Kernel Live Patching'; {PERIMETER})",
    ),
    _of_aws(
        "ReadExamplesAndModelsOfAws",
        ("jumpstart-cache-prod-{region}", "sagemaker-servicecatalog-seedcode-{region}"),
        sender=Sender.OWN,
        reason="model artifacts of SageMaker JumpStart and the example data of AWS's project "
        f"templates, with roles of this account ({PERIMETER})",
    ),
    Passage(
        sid="AnswerCustomResources",
        actions=("s3:PutObject",),
        sender=Sender.AWS_SERVICE,
        owner=Owner.NAMED,
        resources=(
            "arn:{partition}:s3:::cloudformation-custom-resource-response-{compact_region}/*",
        ),
        switch=Switch.CUSTOM_RESOURCES,
        reason="a function inside the VPC that serves a custom resource answers to a URL that "
        "CloudFormation signs; it signs them for stacks of every account, 4 KB an answer, "
        f"so this is a way out ({PERIMETER})",
    ),
)
