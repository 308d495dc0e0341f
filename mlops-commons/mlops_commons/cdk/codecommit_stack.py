"""The stack with a set's repository of one app, in the governance account."""

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp
from mlops_commons.cdk.policies import policy_statement
from mlops_commons.cdk.repository_reviews import RepositoryReviews
from mlops_commons.cdk.source_repository import SourceRepository
from mlops_commons.iam.key_policies import log_groups_of_this_stack
from mlops_commons.organization import PLAIN_ROLES, RoleNames
from mlops_commons.stage import Reviews
from mlops_commons.utilities import names
from mlops_commons.utilities.snapshot import Snapshot


class CodeCommitStack(cdk.Stack):
    """One CodeCommit repository, seeded with the snapshot, and who changes it; exposes `source`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        delivered_app: DeliveredApp,
        set_name: str,
        repository_name: str,
        branch_name: str,
        content: Snapshot,
        app_prefix: str,
        reviewing: Reviews,
        roles: RoleNames = PLAIN_ROLES,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description=f"{delivered_app.title}: the repository with the code of account set "
            f"'{set_name}'",
        )
        self.source = SourceRepository(
            self,
            "Source",
            repository_name=repository_name,
            branch_name=branch_name,
            description=f"{delivered_app.content} of the account set '{set_name}'",
            content=content,
        )
        if reviewing.reviewers:
            names_of = (app_prefix, delivered_app.name, set_name)
            key = self.source.encryption_key
            key.add_to_resource_policy(policy_statement(log_groups_of_this_stack()))
            RepositoryReviews(
                self,
                "Reviews",
                repository=self.source.repository,
                repository_name=repository_name,
                branch_name=branch_name,
                template_name=names.review_template(*names_of),
                role_names=(
                    roles.name(names.review_role(*names_of, "author")),
                    roles.name(names.review_role(*names_of, "reviewer")),
                ),
                reviewing=reviewing,
                key=key,
            )
