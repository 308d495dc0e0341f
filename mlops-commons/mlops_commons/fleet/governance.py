"""The delivery pipelines of all sets, in the governance account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.contract import StageRole
from mlops_commons.fleet.pipelines import Pipeline, Run, delivered_run, read_pipeline
from mlops_commons.fleet.rows import AS_HERE, NOT_HERE, Delivery
from mlops_commons.stage import Stage
from mlops_commons.utilities import names
from mlops_commons.utilities.at_once import each_at_once

AT_ONCE: Final = 8
Key = tuple[str, str]
"""A set and an app."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A pipeline as a row, and the newest run that has ended each stage well."""

    row: Delivery
    runs: Mapping[str, Run] = field(default_factory=dict)


def read_deliveries(
    config: PlatformConfig, codepipeline: Any, here: Mapping[Key, str]
) -> dict[Key, Delivered]:
    """The pipelines of both apps of all sets.

    Args:
        codepipeline: a boto3 client in the governance account.
        here: digests of what this checkout would publish.
    """
    keys = [(d.set_name, app) for d in config.enabled_deployments for app in apps_of(config, d)]
    found = each_at_once(
        lambda key: _read(config, codepipeline, key, here.get(key, "")), keys, AT_ONCE
    )
    return dict(zip(keys, found, strict=True))


def pipeline_name(config: PlatformConfig, app: str, set_name: str) -> str:
    """The name of the delivery pipeline of an app of a set."""
    branch = config.pipeline.source_of(app).branch_name
    return names.pipeline(config.app_prefix, app, branch, set_name)


def unknown_deliveries(config: PlatformConfig, reason: str) -> dict[Key, Delivered]:
    """As `read_deliveries`, where governance cannot be reached."""
    return {
        (d.set_name, app): Delivered(row=_row(config, (d.set_name, app), unknown=reason))
        for d in config.enabled_deployments
        for app in apps_of(config, d)
    }


def checkout_of(run: Run | None, here: str) -> str:
    """Whether a run delivers what this checkout would publish; empty where that is not known."""
    if run is None or not run.published or not here:
        return ""
    return AS_HERE if run.published == here else NOT_HERE


def _row(config: PlatformConfig, key: Key, **known: Any) -> Delivery:
    set_name, app = key
    name = pipeline_name(config, app, set_name)
    return Delivery(set_name=set_name, app=app, pipeline=name, **known)


def _read(config: PlatformConfig, codepipeline: Any, key: Key, here: str) -> Delivered:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        pipeline = read_pipeline(codepipeline, pipeline_name(config, key[1], key[0]))
        if pipeline is None:
            return Delivered(row=_row(config, key, unknown="there is no pipeline yet"))
        runs = dict(_ended(config, codepipeline, pipeline, key))
    except (BotoCoreError, ClientError) as error:
        return Delivered(row=_row(config, key, unknown=f"the pipeline cannot be read: {error}"))
    latest = pipeline.latest
    if latest is None:
        return Delivered(row=_row(config, key, status="never ran"))
    where = pipeline.where(latest)
    telling = where if where and where.action else None
    row = _row(
        config,
        key,
        status="waits" if telling and telling.waits else latest.status,
        at=str(telling) if telling else "",
        message=telling.message if telling else "",
        commit=latest.commit,
        subject=latest.subject,
        started=latest.started,
        checkout=checkout_of(latest, here),
    )
    return Delivered(row=row, runs=runs)


def _ended(
    config: PlatformConfig, codepipeline: Any, pipeline: Pipeline, key: Key
) -> Iterator[tuple[str, Run]]:
    set_name, app = key
    deployment = next(d for d in config.enabled_deployments if d.set_name == set_name)
    for stage in deployment.enabled_stages:
        if has_app(app, stage) and (run := delivered_run(codepipeline, pipeline, stage.stage_name)):
            yield stage.stage_name, run


def has_app(app: str, stage: Stage) -> bool:
    """Whether a stage gets an app of its set: templates of projects are for dev."""
    return app == "infra" or stage.role is StageRole.DEV
