"""Whether the repositories of the governance account have the approval rule that is configured."""

from collections.abc import Iterator
from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities import names


def look_at_reviews(
    area: str, row: BootstrapRow, codecommit: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about each repository that is there; a deployment may still be to come."""
    if not (row.governs and config.pipeline.reviews.reviewers):
        return
    for deployment in config.enabled_deployments:
        for app in apps_of(config, deployment):
            repository = config.pipeline.source_of(app).repository_of(deployment.set_name)
            wanted = names.review_template(config.app_prefix, app, deployment.set_name)
            try:
                found = codecommit.list_associated_approval_rule_templates_for_repository(
                    repositoryName=repository
                )["approvalRuleTemplateNames"]
            except codecommit.exceptions.RepositoryDoesNotExistException:
                continue
            if wanted in found:
                message = f"{repository} changes by what a reviewer has approved"
                yield Finding(level=Level.OK, area=area, message=message)
            else:
                yield Finding(
                    level=Level.ERROR,
                    area=area,
                    message=f"{repository} lacks the approval rule {wanted}: nobody is asked",
                    remedy=f"./mlops-multi-account.sh {app} deploy "
                    f"{names.source_stack(app, deployment.set_name)}",
                )
