"""An execution of a pipeline while it runs: what its actions share and what they have made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlops_rehearsal.player.artifacts import Artifact, get, put
from mlops_rehearsal.player.build import log_file
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.recorded import ActionStatus, RecordedAction, tail
from mlops_rehearsal.world.world import Credentials, World


@dataclass
class Execution:
    """An execution while it runs.

    Attributes:
        run: which run of the pipeline, counted from 1.
        run_id: as CodePipeline knows it.
        artifacts: those that actions have made so far.
        revision: the commit, or the version of an archive, of its first source.
        summary: what that says of itself.
        copies: of artifacts in other regions, by region and artifact.
    """

    world: World
    pipeline: Pipeline
    credentials: Credentials
    run: int
    run_id: str
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    copies: dict[tuple[str, str], Artifact] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    revision: str = ""
    summary: str = ""

    def log_file(self, action: Action) -> Path:
        """Where the log of an action is, if it has one."""
        return log_file(self.world, self.pipeline, action)

    def record(self, action: Action, status: ActionStatus, seconds: float, result: str) -> None:
        """Remember how an action has ended."""
        self.world.actions.append(
            RecordedAction(
                pipeline=self.pipeline.name,
                account=self.pipeline.account,
                run=self.run,
                stage=action.stage,
                action=action.name,
                provider=action.provider,
                status=status,
                seconds=seconds,
                result=result,
                log=tail(self.log_file(action)),
            )
        )

    def progress(self, action: Action, status: str, **detail: str) -> None:
        """Let CodePipeline know that an action has begun or ended (API: ActionExecution, status).

        Args:
            detail: `message` of a failure; `commit` and `summary` of a source.
        """
        told = {"stage": action.stage, "action": action.name, "status": status, **detail}
        pipeline = self.pipeline
        self.world.emulator.tell_progress(
            pipeline.account, pipeline.region, pipeline.name, self.run_id, told
        )

    def tell(self, action: Action) -> None:
        """Let CodePipeline know of an action that has succeeded, with what it was given."""
        given = [
            {"name": name, "s3location": {"bucket": place.bucket, "key": place.key}}
            for name in action.inputs
            if (place := self.artifacts.get(name))
        ]
        detail = {
            "pipelineExecutionId": self.run_id,
            "stageName": action.stage,
            "actionName": action.name,
            "status": "Succeeded",
            "input": {"inputArtifacts": given},
        }
        pipeline = self.pipeline
        self.world.emulator.tell_action(pipeline.account, pipeline.region, pipeline.name, detail)

    def caller(self, action: Action) -> Credentials:
        """The credentials of an action: its own role's, assumed by that of the pipeline."""
        if not action.role:
            return self.credentials
        return self.world.assume(
            self.credentials, action.role, "pipeline", action.region or self.pipeline.region
        )

    def copied(self, action: Action) -> Mapping[str, Artifact]:
        """The artifacts where an action finds them: CodePipeline copies its inputs to its region.

        Source: AWS CodePipeline User Guide, "Add a cross-region action in CodePipeline": the role
        of the pipeline writes the copy into the artifact bucket of the action's region.
        """
        if not self._elsewhere(action):
            return self.artifacts
        here = self.world.client("s3", self.pipeline.region, self.credentials)
        there = self.world.client("s3", action.region, self.credentials)
        for name in action.inputs:
            if (action.region, name) not in self.copies:
                content = get(here, self.artifacts[name])
                store = self.pipeline.stores[action.region]
                copy = put(there, self.pipeline.name, name, store, content)
                self.copies[action.region, name] = copy
        return {name: self.copies[action.region, name] for name in action.inputs}

    def upload(self, action: Action, name: str, template: bytes) -> str:
        """Store a template in the artifact bucket of its region, with the role of the pipeline."""
        region = action.region if self._elsewhere(action) else self.pipeline.region
        bucket, key_id = self.pipeline.stores[region if self._elsewhere(action) else ""]
        s3 = self.world.client("s3", region, self.credentials)
        key = f"{self.pipeline.name[:20]}/templates/{name}"
        encryption = {"SSEKMSKeyId": key_id} if key_id else {}
        s3.put_object(
            Bucket=bucket, Key=key, Body=template, ServerSideEncryption="aws:kms", **encryption
        )
        return f"https://s3.{region}.amazonaws.com/{bucket}/{key}"

    def _elsewhere(self, action: Action) -> bool:
        return bool(action.region) and action.region != self.pipeline.region
