"""Checks of what the organization prescribes."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.org_model import BoundaryMode, DenyFile
from mlops_commons.config.reading import is_file
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.toolkit import Toolkit

PATH = (APP_ROOT, "org", "permissions_boundary")
ARN: Final = re.compile(r"[*]|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+|arn:.*[*].*")
CONDITION_KEY: Final = re.compile(r"[A-Za-z0-9-]+:\S.*")
COUNTERPARTS = (("Action", "NotAction"), ("Resource", "NotResource"))


def one_bootstrap_of_a_place(sources: Sources) -> Iterator[Problem]:
    """Templates name the roles of one bootstrap; `cdk bootstrap` is run once for each place."""
    pipeline = sources.config.pipeline
    first: KeyPath = (APP_ROOT, "pipeline")
    entries = [(first, pipeline.account, pipeline.region, pipeline.bootstrap.toolkit)]
    entries += [(p, s.account, s.region, s.bootstrap.toolkit) for p, _, s in sources.stages()]
    seen: dict[tuple[str, str], tuple[KeyPath, Toolkit]] = {}
    for path, account, region, toolkit in entries:
        before, other = seen.setdefault((account, region), (path, toolkit))
        if other != toolkit:
            line = sources.app_document.line((*before, "bootstrap"))
            message = (
                f"account {account} in {region} is bootstrapped once, but this differs from what "
                f"line {line} says of it; write the same, or write it below org.bootstrap alone"
            )
            yield sources.app_document.problem((*path, "bootstrap"), message)


def own_template_is_there(sources: Sources) -> Iterator[Problem]:
    """The file of the organization's own bootstrap."""
    path: KeyPath = (APP_ROOT, "org", "bootstrap", "template")
    places = [path, (APP_ROOT, "pipeline", "bootstrap", "template")]
    places += [(*stage, "bootstrap", "template") for stage, _, _ in sources.stages()]
    bootstraps = [sources.config.pipeline.bootstrap]
    bootstraps += [stage.bootstrap for _, _, stage in sources.stages()]
    files = {b.toolkit.template for b in bootstraps if b.toolkit.template}
    for file in sorted(f for f in files if not is_file(f)):
        written = next((place for place in places if place in sources.app_document.lines), path)
        message = f"there is no file '{file}'; the path begins at the folder mlops_commons"
        yield sources.app_document.problem(written, message)


def boundaries_stay(sources: Sources) -> Iterator[Problem]:
    """The platform's boundaries stay, and deny what the organization denies."""
    boundary = sources.app.org.permissions_boundary
    if boundary is None:
        return
    if boundary.projects is BoundaryMode.REPLACE:
        message = (
            "'replace' would let the template of a project give its roles all that "
            f"'{boundary.name}' lets through, since only the boundary of the platform ends them; "
            "choose 'compose', and see docs/how-to/use-a-permissions-boundary.md"
        )
        yield sources.app_document.problem((*PATH, "projects"), message)
    elif boundary.deny is None:
        message = (
            f"'compose' needs 'deny', else nobody whose role has a boundary of the platform is "
            f"denied what '{boundary.name}' denies; copy its denying statements to it, or write "
            "'deny: []' where it has none"
        )
        yield sources.app_document.problem(PATH, message)


def denials_are_complete(sources: Sources) -> Iterator[Problem]:
    """IAM wants actions and resources, each said in one way (IAM User Guide, "IAM JSON policy
    elements")."""
    boundary = sources.app.org.permissions_boundary
    for index, statement in enumerate(boundary.deny or () if boundary else ()):
        for one, other in COUNTERPARTS:
            found = [key for key in (one, other) if _has(statement, key)]
            if len(found) != 1:
                message = f"a statement has either '{one}' or '{other}', and not an empty one"
                yield sources.app_document.problem((*PATH, "deny", index), message)


def denials_leave_something(sources: Sources) -> Iterator[Problem]:
    """An explicit denial wins over every allowance (IAM User Guide, "Policy evaluation logic")."""
    boundary = sources.app.org.permissions_boundary
    for index, statement in enumerate(boundary.deny or () if boundary else ()):
        everything = "*" in (statement.action or ()) and "*" in (statement.resource or ())
        if everything and not statement.condition:
            message = (
                "a denial of all actions ('*') on all resources ('*') without a 'Condition' leaves "
                "no role of the platform anything to do; name what is denied, or when"
            )
            yield sources.app_document.problem((*PATH, "deny", index), message)


def denials_have_values_that_iam_takes(sources: Sources) -> Iterator[Problem]:
    """Else IAM refuses every boundary (IAM User Guide, "IAM JSON policy elements: Resource" and
    "Condition operators"); a value with a policy variable is known when it is asked."""
    boundary = sources.app.org.permissions_boundary
    for index, statement in enumerate(boundary.deny or () if boundary else ()):
        path: KeyPath = (*PATH, "deny", index)
        for key, named in (
            ("Resource", statement.resource),
            ("NotResource", statement.not_resource),
        ):
            for arn in named or ():
                if not ARN.fullmatch(arn):
                    message = (
                        f"'{arn}' is neither an ARN, arn:aws:SERVICE:REGION:ACCOUNT:NAME, nor '*'"
                    )
                    yield sources.app_document.problem((*path, key), message)
        for operator, keys in statement.condition.items():
            where: KeyPath = (*path, "Condition", operator)
            for key, values in keys.items():
                for fault in _faults(operator, key, values):
                    yield sources.app_document.problem((*where, key), fault)


def _faults(operator: str, key: str, values: Sequence[str]) -> Iterator[str]:
    if not CONDITION_KEY.fullmatch(key):
        yield f"'{key}' is no condition key such as 'aws:RequestedRegion'"
    plain = operator.rpartition(":")[2].removesuffix("IfExists")
    for kind, takes, what in VALUES:
        if not re.fullmatch(kind, plain):
            continue
        for value in values:
            if "${" not in value and not takes(value):
                yield f"'{value}' is not {what}, which '{operator}' compares with"


def _range(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _date(value: str) -> bool:
    """ISO 8601, or seconds since 1970."""
    if re.fullmatch("[0-9]+", value):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


VALUES: Final[tuple[tuple[str, Callable[[str], object], str], ...]] = (
    ("Bool|Null", re.compile("true|false", re.IGNORECASE).fullmatch, "true or false"),
    ("Numeric.*", re.compile(r"-?[0-9]+([.][0-9]+)?").fullmatch, "a number"),
    ("(Not)?IpAddress", _range, "an address or a range such as 192.0.2.0/24"),
    ("Date.*", _date, "a date such as 2030-01-01T00:00:00Z"),
)
"""What operators compare with; texts and ARNs may be anything with wildcards."""


def _has(statement: DenyFile, key: str) -> bool:
    return bool(statement.model_dump(by_alias=True)[key])
