"""A pipeline as GetPipeline tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlops_rehearsal.world.approvals import SEVEN_DAYS


@dataclass(frozen=True)
class Action:
    """An action; `role` and `region` are empty where the pipeline's own are meant.

    Attributes:
        timeout_minutes: how long a manual approval waits.
    """

    stage: str
    name: str
    provider: str
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    role: str
    region: str
    order: int
    namespace: str = ""
    timeout_minutes: int = SEVEN_DAYS


@dataclass(frozen=True)
class Pipeline:
    """A pipeline.

    Attributes:
        stores: the artifact bucket and key of each region, "" for its own.
        conditions: of the entry into a stage, by its name.
        defaults: the variables that it declares, with their default values.
    """

    name: str
    account: str
    region: str
    role: str
    stores: Mapping[str, tuple[str, str]]
    stages: tuple[tuple[str, tuple[Action, ...]], ...]
    conditions: Mapping[str, tuple[Mapping[str, Any], ...]]
    defaults: Mapping[str, str]

    def actions(self) -> Iterator[Action]:
        """All actions, in the order in which they run."""
        for _, actions in self.stages:
            yield from actions


def read_pipeline(codepipeline: Any, name: str, account: str, region: str) -> Pipeline:
    """Read a pipeline from CodePipeline with a boto3 client."""
    found = codepipeline.get_pipeline(name=name)["pipeline"]
    stores = dict(found.get("artifactStores", {}))
    stores[""] = found.get("artifactStore") or stores[region]
    return Pipeline(
        name=name,
        account=account,
        region=region,
        role=found["roleArn"],
        stores={
            where: (store["location"], store.get("encryptionKey", {}).get("id", ""))
            for where, store in stores.items()
        },
        stages=tuple((stage["name"], _actions(stage)) for stage in found["stages"]),
        conditions={
            stage["name"]: tuple(stage.get("beforeEntry", {}).get("conditions", ()))
            for stage in found["stages"]
        },
        defaults={row["name"]: row.get("defaultValue", "") for row in found.get("variables", ())},
    )


def _actions(stage: Mapping[str, Any]) -> tuple[Action, ...]:
    found = [
        Action(
            stage=stage["name"],
            name=action["name"],
            provider=action["actionTypeId"]["provider"],
            configuration=action.get("configuration", {}),
            inputs=tuple(artifact["name"] for artifact in action.get("inputArtifacts", ())),
            outputs=tuple(artifact["name"] for artifact in action.get("outputArtifacts", ())),
            role=action.get("roleArn", ""),
            region=action.get("region", ""),
            order=int(action.get("runOrder", 1)),
            namespace=action.get("namespace", ""),
            timeout_minutes=int(action.get("timeoutInMinutes", SEVEN_DAYS)),
        )
        for action in stage["actions"]
    ]
    return tuple(sorted(found, key=lambda action: action.order))
