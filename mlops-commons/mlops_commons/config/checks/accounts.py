"""Checks of sets, stages, their tags and their policies."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.projects_of_sets import sets_with_projects
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.contract import StageRole, TagKey
from mlops_commons.stage import Bootstrap, CreateNetwork
from mlops_commons.utilities.errors import Problem

OF_PROJECTS: Final = frozenset({"sagemaker:project-id", "sagemaker:project-name"})
"""SageMaker Developer Guide, "SageMaker Projects": by these it knows what belongs to a project, and
policies here know it by the first one."""
MOST_OF_A_KEY: Final = 127
MOST_OF_A_VALUE: Final = 255
"""CodeBuild API Reference, Tag: one less than elsewhere; builds have the tags of their stack."""
TAG_TEXT: Final = r"[\w\s.:/=+@-]*"
EQUALS: Final = (
    "the CDK CLI takes what follows the first '=' for the value; leave it out of the key"
)
ONE_KEY: Final = "'{}' and '{}' are one key for IAM; keep one of them"


@dataclass(frozen=True, kw_only=True)
class TagLimit:
    """How many tags of the configuration a kind of resource has room for.

    Attributes:
        most: the tags that AWS takes.
        own: those that the platform and the CDK put there, ours among them.
    """

    what: str
    most: int
    own: int

    @property
    def room(self) -> int:
        """What is left."""
        return self.most - self.own


BOOTSTRAP: Final = TagLimit(what="a bootstrap", most=50, own=1)
"""API_CreateStack, Tags: 50 items at most; the fingerprint of what it allows is one."""
ANY: Final = TagLimit(what="a resource", most=50, own=len(TagKey))
"""Tagging AWS Resources, "Tag naming limits and requirements"."""
SUBNET: Final = TagLimit(what="a created subnet", most=50, own=len(TagKey) + 3)
"""Its name, and the CDK's `aws-cdk:subnet-name` and `aws-cdk:subnet-type`."""
PRODUCT: Final = TagLimit(
    what="a product of Service Catalog (projects are enabled)", most=20, own=len(TagKey) + 1
)
"""Service Catalog API, CreateProduct, Tags: 20 items at most; `sagemaker:studio-visibility`."""


def duplicate_sets(sources: Sources) -> Iterator[Problem]:
    """Sets are found by name, in any case."""
    seen: dict[str, int] = {}
    for index, deployment in enumerate(sources.app.deployments):
        first = seen.setdefault(deployment.set_name.lower(), index)
        if first != index:
            path = (APP_ROOT, "deployments", index, "set_name")
            message = f"the set '{deployment.set_name}' is at deployments[{first}] already"
            yield sources.app_document.problem(path, message)


def duplicate_stages(sources: Sources) -> Iterator[Problem]:
    """Stages are found by name within their set, in any case."""
    for index, deployment in enumerate(sources.app.deployments):
        seen: set[str] = set()
        for position, stage in enumerate(deployment.stages):
            name = stage.stage_name.lower()
            if name in seen:
                path = (APP_ROOT, "deployments", index, "stages", position, "stage_name")
                message = f"the stage '{stage.stage_name}' is in set '{deployment.set_name}' twice"
                yield sources.app_document.problem(path, message)
            seen.add(name)


def prod_is_approved(sources: Sources) -> Iterator[Problem]:
    """Whoever lets every push through to prod says why, where reviewers of the file read it."""
    for path, deployment, stage in sources.stages():
        prod = stage.role is StageRole.PROD
        if prod and not stage.manual_approval and not stage.manual_approval_reason:
            message = (
                f"every push to the repositories of set '{deployment.set_name}' would reach "
                f"{stage.stage_name} without an approval; remove the line, or write the reason "
                "beside it: manual_approval_reason: who decided it, and what approves instead"
            )
            yield sources.app_document.problem((*path, "manual_approval"), message)


def tags_allowed(sources: Sources) -> Iterator[Problem]:
    """Limits of AWS (Tagging AWS Resources, "Tag naming limits and requirements")."""
    blocks = list(_tag_blocks(sources))
    for where, tags in blocks:
        for key, value in tags.items():
            fault = _tag_fault(key, value)
            if fault:
                yield sources.app_document.problem((*where, key), f"tag '{key}': {fault}")
        for pair in _one_key_for_iam(tags):
            yield sources.app_document.problem((*where, pair[1]), ONE_KEY.format(*pair))
    told = {pair for _, tags in blocks for pair in _one_key_for_iam(tags)}
    for path, _, stage in sources.stages():
        for pair in set(_one_key_for_iam(stage.tags)) - told:
            yield sources.app_document.problem((*path, "tags"), ONE_KEY.format(*pair))


def as_many_tags_as_fit(sources: Sources) -> Iterator[Problem]:
    """Each kind of resource takes a number of tags."""
    with_projects = sets_with_projects(sources.config)
    for path, deployment, stage in sources.stages():
        network = sources.config.network(deployment.set_name, stage.stage_name)
        limits = [SUBNET if isinstance(network, CreateNetwork) else ANY]
        if stage.role is StageRole.DEV and deployment in with_projects:
            limits.append(PRODUCT)
        tightest = min(limits, key=lambda limit: limit.room)
        if len(stage.tags) > tightest.room:
            message = (
                f"stage '{stage.stage_name}' of set '{deployment.set_name}' has {len(stage.tags)} "
                f"tags in all, those of the set and of the platform included; {tightest.what} "
                f"takes {tightest.most}, of which {tightest.own} are our own: write "
                f"{tightest.room} at most"
            )
            yield sources.app_document.problem((*path, "tags"), message)


def tags_of_bootstraps(sources: Sources) -> Iterator[Problem]:
    """The same rules for the tags of `cdk bootstrap`, which are those of a stack."""
    for where, tags in _toolkit_blocks(sources):
        for key, value in tags.items():
            fault = _form_fault(key, value)
            if fault or "=" in key:
                message = f"tag '{key}': {fault or EQUALS}"
                yield sources.app_document.problem((*where, key), message)
        for pair in _one_key_for_iam(tags):
            yield sources.app_document.problem((*where, pair[1]), ONE_KEY.format(*pair))
    pipeline = sources.config.pipeline
    entries: list[tuple[KeyPath, Mapping[str, str], Bootstrap]] = [
        ((APP_ROOT, "pipeline"), sources.config.tags, pipeline.bootstrap)
    ]
    entries += [(path, stage.tags, stage.bootstrap) for path, _, stage in sources.stages()]
    for path, account_tags, bootstrap in entries:
        tags = {**account_tags, **bootstrap.toolkit.toolkit_tags}
        room = BOOTSTRAP.most if bootstrap.execution_policy_arn else BOOTSTRAP.room
        if bootstrap.toolkit.toolkit_tags and len(tags) > room:
            message = (
                f"the bootstrap gets {len(tags)} tags, those of its account included; its stack "
                f"takes {BOOTSTRAP.most}: write {room} at most"
            )
            yield sources.app_document.problem((*path, "bootstrap", "toolkit_tags"), message)


def _toolkit_blocks(sources: Sources) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    """Where tags of bootstraps are written, and what is written there."""
    yield (APP_ROOT, "org", "bootstrap", "toolkit_tags"), sources.app.org.bootstrap.toolkit_tags
    pipeline = sources.app.pipeline.bootstrap
    yield (APP_ROOT, "pipeline", "bootstrap", "toolkit_tags"), pipeline.toolkit_tags
    for index, deployment in enumerate(sources.app.deployments):
        for position, stage in enumerate(deployment.stages):
            path: KeyPath = (APP_ROOT, "deployments", index, "stages", position)
            yield (*path, "bootstrap", "toolkit_tags"), stage.bootstrap.toolkit_tags


def _tag_blocks(sources: Sources) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    """Where tags are written, and what is written there."""
    yield (APP_ROOT, "tags"), sources.app.tags
    for index, deployment in enumerate(sources.app.deployments):
        path: KeyPath = (APP_ROOT, "deployments", index)
        yield (*path, "tags"), deployment.tags
        for position, stage in enumerate(deployment.stages):
            yield (*path, "stages", position, "tags"), stage.tags


def _one_key_for_iam(tags: Iterable[str]) -> list[tuple[str, str]]:
    """IAM refuses to make a role then (IAM User Guide, "Rules for tagging in IAM and AWS STS")."""
    pairs = itertools.combinations(tags, 2)
    return [(first, second) for first, second in pairs if first.lower() == second.lower()]


def _tag_fault(key: str, value: str) -> str:
    if key.lower() in {own.lower() for own in TagKey}:
        return "the platform sets this tag itself"
    if key.lower() in OF_PROJECTS:
        return (
            "SageMaker sets this tag on what belongs to a project, and policies tell projects "
            "apart by it; choose another key"
        )
    return _form_fault(key, value)


def _form_fault(key: str, value: str) -> str:
    """What services refuse.

    Sources: Tagging AWS Resources, "Tag naming limits and requirements"; of values, AWS Batch User
    Guide and CloudFormation User Guide, "Resource tag" (`aws:`). A key without a value is absent,
    so none is empty, which CloudFormation would refuse. AWS keeps a space at the end of a key
    (https://github.com/open-guides/og-aws/issues/625), and nobody finds such a tag by its name.
    """
    if not key:
        return "a key has one character at least"
    if any(text.lower().startswith("aws:") for text in (key, value)):
        return "keys and values that begin with 'aws:' belong to AWS"
    if key != key.strip():
        return "a space at its end makes another key of it, which looks the same; write it without"
    if len(key) > MOST_OF_A_KEY or len(value) > MOST_OF_A_VALUE:
        return f"a key has {MOST_OF_A_KEY} characters at most, a value {MOST_OF_A_VALUE}"
    if not re.fullmatch(TAG_TEXT, key + value) or not f"{key}{value}".isprintable():
        return "only letters, digits, spaces and + - = . _ : / @ are allowed"
    return ""


def policies_in_their_account(sources: Sources) -> Iterator[Problem]:
    """A policy can be used only in its own account and partition."""
    pipeline = sources.config.pipeline
    entries: list[tuple[KeyPath, str, str, Bootstrap]] = [
        ((APP_ROOT, "pipeline"), pipeline.account, pipeline.region, pipeline.bootstrap)
    ]
    entries += [(path, s.account, s.region, s.bootstrap) for path, _, s in sources.stages()]
    for path, account, region, bootstrap in entries:
        arn = bootstrap.execution_policy_arn
        if not arn:
            continue
        _, partition, _, _, owner, _ = arn.split(":", 5)
        where = (*path, "bootstrap", "execution_policy_arn")
        expected = region_partitions().get(region, partition)
        if owner not in ("aws", account):
            message = f"'{arn}' is a policy of account {owner}, but this account is {account}"
            yield sources.app_document.problem(where, message)
        elif partition != expected:
            message = f"'{arn}' is in partition {partition}, but {region} is in {expected}"
            yield sources.app_document.problem(where, message)
