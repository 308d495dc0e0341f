"""Who approves what projects deploy, as far as the configuration shows it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from mlops_commons.config import PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.organization import RoleNames
from mlops_commons.stage import Deployment

AREA: Final = "people"
GUIDE: Final = "docs/how-to/people-and-permission-sets.md"
OF_IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the roles of permission sets begin (IAM Identity Center User Guide, "Permission sets")."""
RUNS_CODE: Final = (
    "{dev}-mlops-infra-PersonasLeadDataScientistRole-1",
    "sagemaker-p-1-execution",
    "sagemaker-p-1-{dev}-execution",
)
"""Roles of dev in which notebooks, jobs and endpoints run, by its name; the ends are made up."""


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
            yield from _of_approvers(deployment, config.org.roles)
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


def _of_approvers(deployment: Deployment, roles: RoleNames) -> Iterator[Finding]:
    approvers, found = deployment.projects.approvers, False
    dev = deployment.dev
    for arn in approvers.role_arns:
        *_, account, resource = arn.split(":", 5)
        if approvers.require_mfa and OF_IDENTITY_CENTER in resource:
            found = True
            yield _finding(
                deployment,
                f"require_mfa shuts {arn} out: sessions of Identity Center never carry "
                "aws:MultiFactorAuthPresent",
                "set require_mfa to false, and demand MFA where people sign in",
                level=Level.ERROR,
            )
        if dev and account == dev.account and _runs_code(dev.stage_name, resource, roles):
            found = True
            yield _finding(
                deployment,
                f"{arn} also means roles of dev in which notebooks or jobs run",
                "write the role's name, with '*' for its random end only",
            )
    if not found:
        message = f"set '{deployment.set_name}': approvers from outside of Studio are named"
        yield Finding(level=Level.OK, area=AREA, message=message)


def _runs_code(dev: str, resource: str, roles: RoleNames) -> bool:
    """Whether the end of a role's ARN, which may have wildcards, means a role that runs code."""
    own = (roles.pattern(name.format(dev=dev)) for name in RUNS_CODE)
    return any(fnmatchcase(roles.resource(name), resource) for name in own)


def _finding(
    deployment: Deployment, what: str, todo: str, *, level: Level = Level.WARNING
) -> Finding:
    message = f"set '{deployment.set_name}': {what}"
    return Finding(level=level, area=AREA, message=message, remedy=f"{todo}; see {GUIDE}")
