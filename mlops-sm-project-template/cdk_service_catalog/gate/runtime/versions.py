"""Versions of a project's model, by SageMaker's own answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .settings import Project, Refused

NEWEST, NONE = "latest", "none"
APPROVED: Final = "Approved"
ARN: Final = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:([0-9]{12}):model-package/([a-z0-9-]+)/([0-9]+)"
)


PUSHED: Final = "arn:(aws[a-z-]*):codecommit:([a-z0-9-]+):{account}:sagemaker-{name}-deploy"
"""What the event of a push names: it asks for no version (see `project/triggers.py`)."""


def choose(sagemaker: Any, project: Project, account: str, wanted: str) -> str:
    """The ARN of the version to deploy, or `none`.

    Args:
        wanted: `latest`, or the ARN that an event or a person names; where that one is not approved
            any more, or is the repository that was pushed to, the newest that is.

    Raises:
        Refused: the ARN names no version of this project.
    """
    if wanted not in ("", NEWEST, NONE) and not _is_pushed(wanted, project, account):
        check_is_own(wanted, project, account)
        if describe(sagemaker, wanted)["ModelApprovalStatus"] == APPROVED:
            return wanted
    return next(_approved(sagemaker, project, account), NONE)


def before(sagemaker: Any, project: Project, account: str, arn: str) -> str:
    """The ARN of the newest approved version that is older than another one, or `none`."""
    older = (
        found
        for found in _approved(sagemaker, project, account)
        if int(number(found)) < int(number(arn))
    )
    return next(older, NONE)


def _approved(sagemaker: Any, project: Project, account: str) -> Iterator[str]:
    """The newest first.

    Raises:
        Refused: one of them is not the project's.
    """
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=project.full_name,
        ModelApprovalStatus=APPROVED,
        SortBy="CreationTime",
        # The default is ascending, the oldest version first.
        SortOrder="Descending",
    )
    for page in pages:
        for summary in page["ModelPackageSummaryList"]:
            arn: str = summary["ModelPackageArn"]
            check_is_own(arn, project, account)
            yield arn


def _is_pushed(arn: str, project: Project, account: str) -> bool:
    pattern = PUSHED.format(account=account, name=re.escape(project.full_name))
    return re.fullmatch(pattern, arn) is not None


def check_is_own(arn: str, project: Project, account: str) -> None:
    """Refuse what is not a version in the project's own group.

    Raises:
        Refused: it is not.
    """
    found = ARN.fullmatch(arn)
    if not found or found[1] != account or found[2] != project.full_name:
        raise Refused(
            f"'{arn[:200]}' is not a version of the project's models; allowed: '{NEWEST}', or the "
            f"ARN of a version of the group '{project.full_name}' of account {account}"
        )


def describe(sagemaker: Any, arn: str) -> Mapping[str, Any]:
    """What SageMaker says of a version."""
    found: Mapping[str, Any] = sagemaker.describe_model_package(ModelPackageName=arn)
    return found


def number(arn: str) -> str:
    """The number of a version in its group."""
    return arn.rpartition("/")[2]
