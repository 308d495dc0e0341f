"""Checks of roles that the configuration names: whom trust policies and the portfolio let in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import nearest, region_partitions
from mlops_commons.iam.lengths import MOST_OF_TRUST, length_of_trust
from mlops_commons.organization import RoleNames
from mlops_commons.utilities.errors import Problem

PORTFOLIO: KeyPath = (APP_ROOT, "portfolio", "role_arns")
RUNS_CODE: Final = (
    "{dev}-mlops-infra-Personas*",
    "sagemaker-*-execution",
)
"""Names of roles of dev in which notebooks, jobs and endpoints run."""

OF_PERMISSION_SETS: Final = "AWSReservedSSO_"
PATH_OF_PERMISSION_SETS: Final = "role/aws-reserved/sso.amazonaws.com/"
AT_HOME: Final = "us-east-1"
"""Where Identity Center is in this region, the path of its roles has none (AWS Security Blog, "How
to use trust policies with IAM roles"). AWS's own examples have it there, too: none is refused."""


@dataclass(frozen=True, kw_only=True)
class Entrants:
    """Roles that may enter a role of the platform.

    Attributes:
        path: where they are named.
        what: the role that they enter.
        region: where it is made.
    """

    path: KeyPath
    what: str
    region: str
    role_arns: tuple[str, ...]
    require_mfa: bool


def roles_of_the_partition(sources: Sources) -> Iterator[Problem]:
    """Roles delegate access within one partition (IAM User Guide, "Cross account resource access in
    IAM")."""
    found: dict[Problem, None] = {}
    for path, role_arns, region in _named(sources):
        partition = region_partitions().get(region, "")
        for index, arn in enumerate(role_arns):
            if partition and arn.split(":")[1] != partition:
                message = (
                    f"'{arn}' is in partition {arn.split(':')[1]}, and {region} in {partition}; "
                    "no role is assumed across partitions, so name a role of this one"
                )
                found[sources.app_document.problem((*path, index), message)] = None
    yield from found


def roles_of_permission_sets(sources: Sources) -> Iterator[Problem]:
    """Roles that Identity Center makes have a path, and an end that nobody chooses.

    The ARN of a session has neither path nor region: a role that is written after it is nobody, and
    so is one that is named as its permission set. Source: IAM Identity Center User Guide,
    "Referencing permission sets in resource policies, Amazon EKS cluster config maps, and AWS KMS
    key policies".
    """
    found: dict[Problem, None] = {}
    for path, role_arns, _ in _named(sources):
        for index, arn in enumerate(role_arns):
            if reason := _no_role_of_identity_center(arn):
                message = f"'{arn}' is no role of Identity Center: {reason}"
                found[sources.app_document.problem((*path, index), message)] = None
    yield from found


def _no_role_of_identity_center(arn: str) -> str:
    """Why no permission set has this role; empty where one may, or where it is another's."""
    resource = arn.split(":", 5)[5]
    *_, name = resource.split("/")
    if not name.lower().startswith(OF_PERMISSION_SETS.lower()):
        return ""
    if not (name.startswith(OF_PERMISSION_SETS) and resource.startswith(PATH_OF_PERMISSION_SETS)):
        return (
            f"it is called {PATH_OF_PERMISSION_SETS}REGION/{OF_PERMISSION_SETS}NAME_*, the region "
            f"being that of Identity Center, and left out where it is {AT_HOME}"
        )
    region = resource.removeprefix(PATH_OF_PERMISSION_SETS).rpartition("/")[0]
    known = [name for name, part in region_partitions().items() if part == arn.split(":")[1]]
    if region and region not in known:
        return f"'{region}' is no region of its partition; {nearest(region, known)}".rstrip("; ")
    if not re.search(r"_[0-9a-f]{16}$|[*]$", name):
        return (
            "'_' and 16 letters and digits that Identity Center makes end its name; write them, "
            "or '_*' where a pattern may stand"
        )
    return ""


def trust_policies_fit(sources: Sources) -> Iterator[Problem]:
    """IAM takes a number of characters of a role's trust policy."""
    found: dict[Problem, None] = {}
    for row in _entrants(sources):
        length = length_of_trust(row.role_arns, row.region, require_mfa=row.require_mfa)
        if row.role_arns and length > MOST_OF_TRUST:
            message = (
                f"{len(row.role_arns)} roles make the trust policy of {row.what} {length} "
                f"characters long, and IAM takes {MOST_OF_TRUST}: name fewer, with '*' for the end "
                "of names that begin alike"
            )
            found[sources.app_document.problem(row.path, message)] = None
    yield from found


def roles_of_the_portfolio_differ(sources: Sources) -> Iterator[Problem]:
    """Two associations of one role are one resource of CloudFormation twice."""
    portfolio = sources.config.portfolio
    for key, named in (("role_arns", portfolio.role_arns), ("personas", portfolio.personas)):
        for index, name in enumerate(named):
            if name in named[:index]:
                message = f"'{name}' stands there twice; remove one"
                yield sources.app_document.problem((*PORTFOLIO[:-1], key, index), message)


def no_persona_approves(sources: Sources) -> Iterator[Problem]:
    """A role that notebooks run with approves what its own code has changed."""
    roles = sources.config.org.roles
    found: dict[Problem, None] = {}
    for deployment in sources.config.enabled_deployments:
        dev, path = deployment.dev, sources.projects_path(deployment.set_name, "approvers")
        for index, arn in enumerate(deployment.projects.approvers.role_arns if dev else ()):
            assert dev
            *_, account, resource = arn.split(":", 5)
            if account == dev.account and _runs_code(dev.stage_name, resource, roles):
                message = (
                    f"'{arn}' is a role of dev in which notebooks or jobs run, or means such ones "
                    "too; whoever writes their code would approve the own deployment: name a role "
                    "from outside of Studio, with '*' for its random end only, or remove "
                    "approvers, and the lead approves"
                )
                found[sources.app_document.problem((*path, "role_arns", index), message)] = None
    yield from found


def _runs_code(dev: str, resource: str, roles: RoleNames) -> bool:
    """Whether the end of a role's ARN means a role that runs code; `*` may stand at its end."""
    own = [roles.resource(roles.pattern(name.format(dev=dev))).lower() for name in RUNS_CODE]
    named = resource.lower()
    if not named.endswith("*"):
        return any(fnmatchcase(named, pattern) for pattern in own)
    start, starts = named.removesuffix("*"), [pattern.partition("*")[0] for pattern in own]
    return any(start.startswith(other) or other.startswith(start) for other in starts)


def _named(sources: Sources) -> Iterator[tuple[KeyPath, tuple[str, ...], str]]:
    """Roles that are named, by where, with the region in which they are let in."""
    for row in _entrants(sources):
        yield row.path, row.role_arns, row.region
    yield PORTFOLIO, sources.config.portfolio.role_arns, sources.config.pipeline.region


def _entrants(sources: Sources) -> Iterator[Entrants]:
    governance = sources.config.pipeline
    for who in ("authors", "reviewers"):
        yield Entrants(
            path=(APP_ROOT, "pipeline", "reviews", who),
            what=f"the {who} of deliveries",
            region=governance.region,
            role_arns=getattr(governance.reviews, who),
            require_mfa=governance.reviews.require_mfa,
        )
    for deployment in sources.config.enabled_deployments:
        approvers, dev = deployment.projects.approvers, deployment.dev
        if dev:
            yield Entrants(
                path=(*sources.projects_path(deployment.set_name, "approvers"), "role_arns"),
                what=f"the approvers of set '{deployment.set_name}'",
                region=dev.region,
                role_arns=approvers.role_arns,
                require_mfa=approvers.require_mfa,
            )
