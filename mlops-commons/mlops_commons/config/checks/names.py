"""Checks of names: those made from the files, and those by which one file speaks of the other."""

from collections.abc import Iterable, Iterator
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT, Sources
from mlops_commons.config.values import nearest
from mlops_commons.contract import ParameterName
from mlops_commons.delivery_source import SourceType
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.paths import APP_DIRECTORIES

PLATFORM_BUCKETS: Final = ("cdk-", "sagemaker-")
"""Of bootstraps, and of what projects deploy and the SDK of SageMaker makes."""


def derived_names(sources: Sources) -> Iterator[Problem]:
    """Names in the governance account; of several of one kind the one that breaks most."""
    for index, deployment in enumerate(sources.config.deployments):
        path = (APP_ROOT, "deployments", index, "set_name")
        worst: dict[str, tuple[int, str]] = {}
        for rule, name in _governance_names(sources.config, deployment.set_name):
            violation = rule.violation(name)
            if violation and len(name) > worst.get(rule.what, (0, ""))[0]:
                worst[rule.what] = (len(name), violation)
        for _, violation in worst.values():
            yield sources.app_document.problem(path, violation)


def _governance_names(
    config: PlatformConfig, set_name: str
) -> Iterator[tuple[names.NameRule, str]]:
    prefix, governance = config.app_prefix, config.pipeline
    place = {"account": governance.account, "region": governance.region}
    for app in APP_DIRECTORIES:
        source = governance.source_of(app)
        yield names.STACK, names.source_stack(app, set_name, source.type)
        yield names.STACK, names.pipeline_stack(app, set_name)
        if source.type is SourceType.CODECOMMIT:
            yield names.REPOSITORY, source.repository_of(set_name)
        if source.type is SourceType.S3:
            yield names.BUCKET, names.archive_bucket(prefix, app, set_name, **place)
        yield names.PIPELINE, names.pipeline(prefix, app, source.branch_name, set_name)
        yield names.BUCKET, names.artifact_bucket(prefix, app, set_name, **place)


def prefix_of_the_platform_alone(sources: Sources) -> Iterator[Problem]:
    """Policies tell resources apart by how their names begin; projects' buckets begin with it."""
    prefix = sources.config.app_prefix
    bucket = f"{names.project_bucket_prefix(prefix)}-p-0123456789ab-artifacts-000000000000"
    own = next((own for own in PLATFORM_BUCKETS if f"{prefix.lower()}-".startswith(own)), "")
    reason = names.BUCKET.violation(bucket)
    if own:
        reason = (
            f"names that begin with '{own}' are of bootstraps and of what projects deploy, so "
            "policies could not tell the platform's apart; choose another, such as 'mlops'"
        )
    if reason:
        message = f"'{prefix}' cannot be the beginning of names: {reason}"
        yield sources.app_document.problem((APP_ROOT, "app_prefix"), message)


def stage_names(sources: Sources) -> Iterator[Problem]:
    """Names in a stage's account."""
    for path, _, stage in sources.stages():
        namespace = stage.parameter_namespace
        longest = max((name.within(namespace) for name in ParameterName), key=len)
        stacks = [
            names.core_stack(stage.stage_name, directory, namespace)
            for directory in APP_DIRECTORIES.values()
        ]
        for rule, name in ((names.STACK, max(stacks, key=len)), (names.PARAMETER, longest)):
            violation = rule.violation(name)
            if violation:
                key = "parameter_namespace" if namespace else "stage_name"
                yield sources.app_document.problem((*path, key), violation)


def studio_names(sources: Sources) -> Iterator[Problem]:
    """Domain and user profiles of each Studio; what all sets inherit is reported once."""
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        studio = sources.config.studio(deployment.set_name, stage.stage_name)
        if studio is None:
            continue
        seen: set[str] = set()
        for user in studio.users:
            violation = names.USER_PROFILE.violation(user.profile_name)
            if not violation and user.profile_name.lower() in seen:
                violation = f"two users have the profile name '{user.profile_name}'"
            seen.add(user.profile_name.lower())
            if violation:
                path = sources.profiles_path(deployment.set_name, user.persona)
                found[sources.infra_document.problem(path, violation)] = None
        violation = names.DOMAIN.violation(studio.domain_name)
        if violation:
            where = sources.domain_path(deployment.set_name, stage.stage_name)
            found[sources.infra_document.problem(where, violation)] = None
    yield from found


def _entries(sources: Sources) -> Iterator[tuple[KeyPath, str, list[str]]]:
    """Each entry of `cdk-infra-app.yml` for a set: its path, the set, the stages."""
    network, sagemaker = sources.infra.network, sources.infra.sagemaker
    for index, networks in enumerate(network.deployments):
        path: KeyPath = (INFRA_ROOT, "network", "deployments", index)
        yield path, networks.set_name, [stage.stage_name for stage in networks.stages]
    for index, studios in enumerate(sagemaker.deployments):
        path = (INFRA_ROOT, "sagemaker", "deployments", index)
        yield path, studios.set_name, [stage.stage_name for stage in studios.stages]


def _known(found: Iterable[str]) -> str:
    return f"known: {names}" if (names := ", ".join(found)) else "it has none"


def unknown_places(sources: Sources) -> Iterator[Problem]:
    """`cdk-infra-app.yml` speaks of sets and stages that `cdk-app.yml` has."""
    known: dict[str, list[str]] = {}
    for deployment in sources.config.deployments:
        of_set = known.setdefault(deployment.set_name.lower(), [])
        of_set += [stage.stage_name.lower() for stage in deployment.stages]
    for path, set_name, stage_names in _entries(sources):
        stages = known.get(set_name.lower())
        if stages is None:
            hint = nearest(set_name.lower(), known) or _known(known)
            message = f"cdk-app.yml has no set '{set_name}'; {hint}"
            yield sources.infra_document.problem((*path, "set_name"), message)
            continue
        for position, name in enumerate(stage_names):
            if name.lower() not in stages:
                hint = nearest(name.lower(), stages) or _known(stages)
                message = f"set '{set_name}' has no stage '{name}'; {hint}"
                where = (*path, "stages", position, "stage_name")
                yield sources.infra_document.problem(where, message)


def duplicate_places(sources: Sources) -> Iterator[Problem]:
    """Of two entries for one set or stage in `cdk-infra-app.yml` one would be ignored."""
    sets: set[tuple[KeyPath, str]] = set()
    for path, set_name, stage_names in _entries(sources):
        if (path[:-1], set_name.lower()) in sets:
            message = f"the set '{set_name}' has an entry already; merge the two"
            yield sources.infra_document.problem((*path, "set_name"), message)
        sets.add((path[:-1], set_name.lower()))
        stages: set[str] = set()
        for position, name in enumerate(stage_names):
            if name.lower() in stages:
                where = (*path, "stages", position, "stage_name")
                message = f"the stage '{name}' has an entry already; merge the two"
                yield sources.infra_document.problem(where, message)
            stages.add(name.lower())
