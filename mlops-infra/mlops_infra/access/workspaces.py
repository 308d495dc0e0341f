"""What people may do to their own place in Studio."""

from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import OWN_PROFILE, PolicyScope


def work_in_studio(_scope: PolicyScope) -> tuple[Statement, ...]:
    """Own profile, private spaces and apps, and nobody else's.

    Source: SageMaker Developer Guide, "Give your users access to spaces".
    """
    return (
        Statement(
            sid="OpenOwnProfile",
            actions=("sagemaker:CreatePresignedDomainUrl",),
            resources=(OWN_PROFILE,),
        ),
        Statement(
            sid="NoWayIntoAnotherProfile",
            effect="Deny",
            actions=("sagemaker:CreatePresignedDomainUrl",),
            not_resources=(OWN_PROFILE,),
        ),
        Statement(
            sid="OwnPrivateSpaces",
            actions=actions("sagemaker", "CreateSpace UpdateSpace DeleteSpace CreateApp DeleteApp"),
            resources=arns("sagemaker", "space/*", "app/*"),
            reason="narrowed by a condition to private spaces that the own user profile owns",
            condition={
                "ArnLike": {"sagemaker:OwnerUserProfileArn": OWN_PROFILE},
                "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
            },
        ),
    )
