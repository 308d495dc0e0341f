"""What a delivery pipeline begins with: how content comes in, and what starts a run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as codepipeline_actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct

from mlops_commons.cdk.policies import policy_statement
from mlops_commons.iam.statements import Statement

ACTION: Final = "Source"
"""The name of the action; triggers of a pipeline name it."""
ONE_OUTPUT: Final = codepipeline.ActionArtifactBounds(
    min_inputs=0, max_inputs=0, min_outputs=1, max_outputs=1
)


class PipelineSource(Protocol):
    """What a delivery pipeline begins with."""

    def input(self) -> pipelines.CodePipelineSource:
        """Where synthesis gets its files from."""

    def follow(self, pipeline: codepipeline.Pipeline) -> Sequence[events.CfnRule]:
        """Let changes start the pipeline, which is built; the rules that do, if rules do."""


Begin = Callable[[Construct], PipelineSource]
"""Makes the source within the stack of a pipeline."""


class CodeCommitSource:
    """A branch of a repository in CodeCommit; the CDK makes the rule that follows it."""

    def __init__(self, scope: Construct, *, repository_name: str, branch_name: str) -> None:
        self._branch_name = branch_name
        self._repository = codecommit.Repository.from_repository_name(
            scope, "Repository", repository_name
        )

    def input(self) -> pipelines.CodePipelineSource:
        """The branch."""
        return pipelines.CodePipelineSource.code_commit(self._repository, self._branch_name)

    def follow(self, pipeline: codepipeline.Pipeline) -> Sequence[events.CfnRule]:
        """The rule of a push, which is below the repository."""
        return [r for r in self._repository.node.find_all() if isinstance(r, events.CfnRule)]


class FetchedSource(pipelines.CodePipelineSource):
    """An action of a provider, with exactly the permissions that it is given.

    The sources of the CDK grant whole families of actions, and a connection without conditions.
    """

    def __init__(
        self, *, provider: str, configuration: Mapping[str, object], statements: Sequence[Statement]
    ) -> None:
        """Describe the action.

        Args:
            configuration: of the action, as CodePipeline's reference of actions has it.
            statements: what the role of the pipeline needs besides writing the artifact.
        """
        super().__init__(ACTION)
        self._fetch = (provider, configuration, statements)
        self._configure_primary_output(pipelines.FileSet(ACTION, self))

    def _get_action(
        self,
        output: codepipeline.Artifact,
        action_name: str,
        run_order: float,
        variables_namespace: str | None = None,
    ) -> codepipeline_actions.Action:
        return _Fetch(output, run_order, *self._fetch)


class _Fetch(codepipeline_actions.Action):
    def __init__(
        self,
        output: codepipeline.Artifact,
        run_order: float,
        provider: str,
        configuration: Mapping[str, object],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(
            action_name=ACTION,
            run_order=run_order,
            category=codepipeline.ActionCategory.SOURCE,
            owner="AWS",
            provider=provider,
            artifact_bounds=ONE_OUTPUT,
            outputs=[output],
        )
        self._configuration, self._statements = configuration, statements

    def _bound(
        self, scope: Construct, stage: codepipeline.IStage, *, bucket: s3.IBucket, role: iam.IRole
    ) -> codepipeline.ActionConfig:
        for statement in self._statements:
            role.add_to_principal_policy(policy_statement(statement))
        bucket.grant_read_write(role)
        bucket.grant_put_acl(role)  # CodePipeline User Guide, "Minimum service role permissions"
        return codepipeline.ActionConfig(configuration=dict(self._configuration))
