"""Names that two sets, stages or apps would both make: joined parts do not tell where each ends.

`emea` with stage `uk-prod` and `emea-uk` with stage `prod` are the same letters in one row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.contract import StageRole
from mlops_commons.stage import Deployment, PlatformConfig, Stage
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.paths import APP_DIRECTORIES

GATE_PURPOSES: Final = ("choose", "verify", "seal")


@dataclass(frozen=True)
class Made:
    """A name that the platform makes.

    Attributes:
        kind: what has the name, for messages.
        place: within what it must be one; case does not count, as for IAM roles, buckets and the
            folders of many machines.
        owner: for whom it is made.
    """

    kind: str
    place: str
    name: str
    owner: str
    path: KeyPath


def unique_names(sources: Sources) -> Iterator[Problem]:
    """No two sets, stages or apps make the same name; each pair of them is reported once."""
    seen: dict[tuple[str, str, str], Made] = {}
    reported = set()
    for made in _made(sources):
        first = seen.setdefault((made.kind, made.place, made.name.lower()), made)
        pair = (first.owner, made.owner)
        # Sets and stages of one name, whatever its case, are reported by checks of their own.
        if first.owner.lower() != made.owner.lower() and pair not in reported:
            reported.add(pair)
            message = (
                f"{made.owner} and {first.owner} would both have the {made.kind} '{made.name}'; "
                "change one of the names that it is made from"
            )
            yield sources.app_document.problem(made.path, message)


def _made(sources: Sources) -> Iterator[Made]:
    config = sources.config
    for index, deployment in enumerate(config.deployments):
        if deployment.enabled:
            path: KeyPath = (APP_ROOT, "deployments", index, "set_name")
            yield from _of_governance(config, deployment, path)
    for path, deployment, stage in sources.stages():
        for made in _of_stage(config, deployment, stage):
            owner = f"stage '{stage.stage_name}' of set '{deployment.set_name}'"
            yield Made(*made, owner, (*path, "stage_name"))


def _of_governance(config: PlatformConfig, deployment: Deployment, path: KeyPath) -> Iterator[Made]:
    name, governance = deployment.set_name, config.pipeline
    for app in APP_DIRECTORIES:
        source = governance.source_of(app)
        stack = names.pipeline_stack(app, name)
        owner = f"app '{app}' of set '{name}'"
        found = {
            "repository": [found] if (found := source.repository_of(name)) else [],
            "pipeline": [names.pipeline(config.app_prefix, app, source.branch_name, name)],
            # The CDK puts a stack with a key and a bucket into each further region.
            "stack": [
                names.source_stack(app, name, source.type),
                stack,
                *(f"{stack}-support-{stage.region}" for stage in deployment.enabled_stages),
            ],
        }
        for kind, all_names in found.items():
            yield from (
                Made(kind, governance.account, made, owner, path)
                for made in dict.fromkeys(all_names)
            )


def _of_stage(
    config: PlatformConfig, deployment: Deployment, stage: Stage
) -> Iterator[tuple[str, str, str]]:
    """Kind, place and name of what a stage makes, in its account and in the cloud assembly."""
    name, prefix, region = deployment.set_name, config.app_prefix, stage.region
    for app in APP_DIRECTORIES:
        folder = f"assembly-{names.pipeline_stack(app, name)}-{stage.stage_name}"
        yield "assembly folder", app, folder
    place, roles = (prefix, name, stage.stage_name, region), config.org.roles
    yield "policy", stage.account, names.deployment_boundary(*place)
    yield "role", stage.account, roles.name(names.project_deploy_role(*place))
    yield "role", stage.account, roles.name(names.project_cloudformation_role(*place))
    studio = config.studio(name, stage.stage_name)
    if studio:
        yield "Studio domain", f"{stage.account} {region}", studio.domain_name
    if stage.role is not StageRole.DEV:
        return
    yield "policy", stage.account, names.project_boundary(prefix, name, region)
    yield "role", stage.account, roles.name(names.approver_role(prefix, name, region))
    for purpose in GATE_PURPOSES:
        function = names.gate_function(prefix, name, purpose, region)
        yield "role", stage.account, roles.name(function)
    for bucket in ("sc-assets", "project-logs"):
        made = names.bucket(prefix, bucket, name, account=stage.account, region=region)
        yield "bucket", "all of AWS", made
