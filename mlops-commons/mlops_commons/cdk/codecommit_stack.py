"""The stack with a set's repository of one app, in the governance account."""

import aws_cdk as cdk
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp
from mlops_commons.cdk.source_repository import SourceRepository
from mlops_commons.utilities.snapshot import Snapshot


class CodeCommitStack(cdk.Stack):
    """One CodeCommit repository, seeded with the snapshot; exposes `source`."""

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
