"""A branch at a git host, through CodeConnections, and the stack with a connection of our own."""

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_codeconnections as codeconnections
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import pipelines
from constructs import Construct

from mlops_commons.cdk.delivered_app import DeliveredApp
from mlops_commons.cdk.pipeline_source import ACTION, FetchedSource
from mlops_commons.cdk.retention import KEPT
from mlops_commons.iam.statements import Statement

PREFIXES: Final = {
    "codeconnections": "UseOneBranch",
    "codestar-connections": "UseOneBranchByTheOlderName",
}
"""CodeConnections asks for its permissions by either name: Developer Tools console User Guide,
"Connections rename"; the CDK grants the older one whatever the ARN says."""
PROVIDER: Final = "CodeStarSourceConnection"


class ConnectionStack(cdk.Stack):
    """A connection to a git host, which a person finishes in the console; exposes its ARN."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        env: cdk.Environment,
        delivered_app: DeliveredApp,
        set_name: str,
        connection_name: str,
        provider: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description=f"{delivered_app.title}: the connection to the git host with the code of "
            f"account set '{set_name}'",
        )
        connection = codeconnections.CfnConnection(
            self, "Connection", connection_name=connection_name, provider_type=provider
        )
        # Another one would have to be finished by a person again.
        connection.apply_removal_policy(KEPT)
        self.connection_arn = connection.attr_connection_arn


class ConnectionSource:
    """A branch of one repository, which is all that the role of the pipeline reaches there."""

    def __init__(self, *, connection_arn: str, repository: str, branch_name: str) -> None:
        self._place = (connection_arn, repository, branch_name)

    def input(self) -> pipelines.CodePipelineSource:
        """The branch; the pipeline's own trigger follows it, so the action does not."""
        arn, repository, branch = self._place
        return FetchedSource(
            provider=PROVIDER,
            configuration={
                "ConnectionArn": arn,
                "FullRepositoryId": repository,
                "BranchName": branch,
                "OutputArtifactFormat": "CODE_ZIP",
                "DetectChanges": False,
            },
            statements=[_use(prefix, *self._place) for prefix in PREFIXES],
        )

    def follow(self, pipeline: codepipeline.Pipeline) -> Sequence[events.CfnRule]:
        """A push to the branch starts a run; the git host tells CodePipeline itself."""
        _, _, branch = self._place
        resource = pipeline.node.default_child
        assert isinstance(resource, codepipeline.CfnPipeline)
        trigger = {
            "ProviderType": PROVIDER,
            "GitConfiguration": {
                "SourceActionName": ACTION,
                "Push": [{"Branches": {"Includes": [branch]}}],
            },
        }
        resource.add_property_override("Triggers", [trigger])
        return []


def _use(prefix: str, arn: str, repository: str, branch: str) -> Statement:
    """Service Authorization Reference, AWS CodeConnections: UseConnection.

    Both keys come with requests for a repository and for a branch of it; a request that asks how
    far a download is has neither, hence IfExists.
    """
    return Statement(
        sid=PREFIXES[prefix],
        actions=(f"{prefix}:UseConnection",),
        resources=(arn,),
        condition={
            "StringEqualsIfExists": {
                f"{prefix}:FullRepositoryId": repository,
                f"{prefix}:BranchName": branch,
            }
        },
    )
