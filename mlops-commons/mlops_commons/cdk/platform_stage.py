"""What the stages of both apps have in common, whoever delivers them."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.access_logs import log_access_by_organization
from mlops_commons.cdk.nag import check_stage_with_nag
from mlops_commons.cdk.org_boundary import bound_by_organization
from mlops_commons.cdk.platform_app import name_bootstrap
from mlops_commons.cdk.role_names import name_roles_by_organization
from mlops_commons.cdk.template_context import TEMPLATE_CONTEXT
from mlops_commons.contract import TagKey
from mlops_commons.organization import NO_ORGANIZATION, Organization
from mlops_commons.utilities import names


class PlatformStage(cdk.Stage):
    """A stage that gives the same templates in any CDK app: own flags, tags and security rules.

    The construct id is the stage name. Exposes `set_name` and `resource_tags`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        app_name: str,
        app_prefix: str,
        set_name: str,
        tags: Mapping[str, str] | None,
        org: Organization = NO_ORGANIZATION,
        qualifier: str = "",
    ) -> None:
        """Create the stage; the stacks come afterwards, by whoever inherits from it.

        Args:
            env: account and region; both are needed, nothing is looked up.
            app_name: the app on the command line, `infra` or `template`.
            app_prefix: the beginning of names that people see.
            set_name: the account set.
            tags: go on every resource, next to `cdk-app`, set and stage.
            org: what the organization prescribes; by default nothing.
            qualifier: of the account's bootstrap; by default that of the app.
        """
        super().__init__(scope, construct_id, env=env)
        self.set_name = set_name
        self.resource_tags: Mapping[str, str] = {
            **(tags or {}),
            TagKey.APP.value: names.application(app_prefix, app_name),
            TagKey.SET.value: set_name,
            TagKey.STAGE.value: construct_id,
        }
        _set_context(self)
        if qualifier:
            name_bootstrap(self, qualifier)
        # Tags of the app or of the pipeline's stack stop at a Stage, so they are put on here.
        tags_here = cdk.Tags.of(self)
        for key, value in self.resource_tags.items():
            tags_here.add(key, value)
        log_access_by_organization(self, org)
        bound_by_organization(self, org)
        name_roles_by_organization(self, org)
        check_stage_with_nag(self)


def _set_context(stage: cdk.Stage) -> None:
    """An app of somebody else has other flags; what our own app has already is one call."""
    present = stage.node.get_all_context()
    for key, value in TEMPLATE_CONTEXT.items():
        if present.get(key) != value:
            stage.node.set_context(key, value)
