"""Checks of the CDK's bootstrap: keys that its buckets can have, and a stack of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.stage import Bootstrap
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.paths import APP_DIRECTORIES
from mlops_commons.utilities.toolkit import Toolkit

MULTI_REGION = "mrk-"
ISSUE = "aws/aws-cdk-cli issue 921"


@dataclass(frozen=True)
class Place:
    """An account and region that is bootstrapped, and where its bootstrap is written."""

    path: KeyPath
    account: str
    region: str
    bootstrap: Bootstrap

    @property
    def toolkit(self) -> Toolkit:
        """What its bootstrap is made with."""
        return self.bootstrap.toolkit

    def __str__(self) -> str:
        return f"account {self.account} in {self.region}"


def places(sources: Sources) -> Iterator[Place]:
    """Governance, then the stages, those that others bootstrap left out."""
    pipeline = sources.config.pipeline
    found = [Place((APP_ROOT, "pipeline"), pipeline.account, pipeline.region, pipeline.bootstrap)]
    found += [Place(p, s.account, s.region, s.bootstrap) for p, _, s in sources.stages()]
    yield from (place for place in found if place.bootstrap.enabled)


def written(sources: Sources, place: Place, key: str) -> KeyPath:
    """Where a key of a bootstrap stands: in its own block, or for all."""
    own = (*place.path, "bootstrap", key)
    return own if own in sources.app_document.lines else (APP_ROOT, "org", "bootstrap", key)


def keys_of_buckets(sources: Sources) -> Iterator[Problem]:
    """A bucket is encrypted with a key of its own region, and an id is that of one key."""
    first: dict[str, Place] = {}
    found: dict[Problem, None] = {}
    for place in places(sources):
        key = place.toolkit.kms_key_id
        other = first.setdefault(key, place)
        fault = _of_an_arn(key, place) if key.startswith("arn:") else _of_an_id(key, place, other)
        if fault:
            where = written(sources, place, "kms_key_id")
            found[sources.app_document.problem(where, fault)] = None
    yield from found


def _of_an_arn(key: str, place: Place) -> str:
    _, partition, _, region, account, _ = key.split(":", 5)
    expected = region_partitions().get(place.region, partition)
    if partition != expected:
        return f"'{key}' is in the partition '{partition}', and {place} in '{expected}'"
    if region != place.region:
        return f"'{key}' is in {region}, and the bucket of {place} takes a key of its own region"
    if account != place.account and place.toolkit.template is None:
        return (
            f"'{key}' is a key of account {account}, which the template of the CDK CLI does not "
            f"let its roles in account {place.account} use ({ISSUE}): name the id of a key of "
            "that account, or a 'template' of your own"
        )
    return ""


def _of_an_id(key: str, place: Place, other: Place) -> str:
    """KMS makes up ids; a multi-Region key has one in several regions of its account."""
    if "-" not in key or key.startswith("alias/"):
        return ""
    same = (place.account, place.region) == (other.account, other.region)
    if same or (key.startswith(MULTI_REGION) and place.account == other.account):
        return ""
    return (
        f"'{key}' is the id of one key, and both {other} and {place} would have it; write it at "
        "the bootstrap of the account that has this key, or an alias that each of them has"
    )


def stacks_of_their_own(sources: Sources) -> Iterator[Problem]:
    """`cdk bootstrap` makes its stack of one that has the name, whatever that holds."""
    taken = {(account, region, name): what for account, region, name, what in _stacks(sources)}
    found: dict[Problem, None] = {}
    for place in places(sources):
        name = place.toolkit.toolkit_stack_name
        what = taken.get((place.account, place.region, name))
        if what:
            message = (
                f"'{name}' is the stack of {what} in {place}, which 'cdk bootstrap' would replace; "
                "choose another name for the bootstrap's"
            )
            where = written(sources, place, "toolkit_stack_name")
            found[sources.app_document.problem(where, message)] = None
    yield from found


def _stacks(sources: Sources) -> Iterator[tuple[str, str, str, str]]:
    """Account, region and name of each stack of the platform, and whose it is."""
    pipeline = sources.config.pipeline
    for deployment in sources.config.enabled_deployments:
        for app in APP_DIRECTORIES:
            source = pipeline.source_of(app).type
            what = f"the pipeline of '{app}' of set '{deployment.set_name}'"
            stack = names.pipeline_stack(app, deployment.set_name)
            of_source = names.source_stack(app, deployment.set_name, source)
            for name in (stack, of_source):
                yield pipeline.account, pipeline.region, name, what
            for stage in deployment.enabled_stages:
                yield pipeline.account, stage.region, f"{stack}-support-{stage.region}", what
    for _, deployment, stage in sources.stages():
        what = f"stage '{stage.stage_name}' of set '{deployment.set_name}'"
        for directory in APP_DIRECTORIES.values():
            name = names.core_stack(stage.stage_name, directory, stage.parameter_namespace)
            yield stage.account, stage.region, name, what
