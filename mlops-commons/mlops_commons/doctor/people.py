"""Who approves what projects deploy, as far as the configuration shows it."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.stage import Deployment

AREA: Final = "people"
GUIDE: Final = "docs/how-to/people-and-permission-sets.md"
OF_IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the roles of permission sets begin (IAM Identity Center User Guide, "Permission sets")."""


def look_at_people(config: PlatformConfig) -> Iterator[Finding]:
    """Findings about who changes the platform, and about the approvers of each account set.

    Source on MFA: IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent:
    sessions that were opened with the MFA device of an IAM user have it, and federated ones do not.
    """
    yield _of_governance(config)
    yield _of_notices(config)
    for deployment in config.enabled_deployments:
        if not deployment.projects.enabled:
            continue
        if deployment.projects.approvers.role_arns:
            yield from _of_approvers(deployment)
        else:
            yield _finding(
                deployment,
                "nobody is named under projects.approvers: the lead approves what is deployed "
                "after dev, with the role in which notebooks run",
                "name roles from outside of Studio",
            )


def _of_governance(config: PlatformConfig) -> Finding:
    if config.pipeline.reviews.reviewers:
        message = "governance: changes of its repositories are proposed, and approved by others"
        return Finding(level=Level.OK, area=AREA, message=message)
    return Finding(
        level=Level.WARNING,
        area=AREA,
        message="governance: nobody is named under pipeline.reviews: whoever may push to a "
        "repository of the governance account changes every account of its set, and nobody is "
        "asked",
        remedy=f"name authors and reviewers; see {GUIDE}",
    )


def _of_notices(config: PlatformConfig) -> Finding:
    told = len(config.pipeline.notify)
    if told:
        message = f"governance: {told} e-mail address{'es' * (told > 1)} told of deliveries"
        return Finding(level=Level.OK, area=AREA, message=message)
    return Finding(
        level=Level.WARNING,
        area=AREA,
        message="governance: nobody is named under pipeline.notify: a delivery that fails, or "
        "waits for an approval and expires after seven days, is told to nobody",
        remedy="name e-mail addresses; see docs/how-to/publish-a-change.md",
    )


def _of_approvers(deployment: Deployment) -> Iterator[Finding]:
    approvers, found = deployment.projects.approvers, False
    for arn in approvers.role_arns:
        if approvers.require_mfa and OF_IDENTITY_CENTER in arn:
            found = True
            yield _finding(
                deployment,
                f"require_mfa shuts {arn} out: sessions of Identity Center never carry "
                "aws:MultiFactorAuthPresent",
                "set require_mfa to false, and demand MFA where people sign in",
                level=Level.ERROR,
            )
    if not found:
        message = f"set '{deployment.set_name}': approvers from outside of Studio are named"
        yield Finding(level=Level.OK, area=AREA, message=message)


def _finding(
    deployment: Deployment, what: str, todo: str, *, level: Level = Level.WARNING
) -> Finding:
    message = f"set '{deployment.set_name}': {what}"
    return Finding(level=level, area=AREA, message=message, remedy=f"{todo}; see {GUIDE}")
