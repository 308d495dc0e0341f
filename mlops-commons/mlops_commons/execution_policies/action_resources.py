"""On which resources an action is allowed: those of the templates, as far as names are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.execution_policies.handler_permissions import (
    WHOLE_SERVICE,
    handler_permissions,
)
from mlops_commons.execution_policies.permission_tables import KINDS_BESIDES
from mlops_commons.execution_policies.physical_names import without_included
from mlops_commons.execution_policies.resource_kinds import KINDS, RANDOM_IDS, Kind
from mlops_commons.execution_policies.sensitive import OF_OTHERS
from mlops_commons.execution_policies.values import is_unknown, text

UNNAMED: Final = (
    "no table here knows how CloudFormation names these resources, so all of their kind in this "
    "account and region are meant; look at it before it is used"
)
UNKNOWN_ACTION: Final = (
    "neither the schemas nor the Service Authorization Reference say more of it (yet), so a "
    "condition keeps it to this account and region; look at it before it is used"
)
NO_RESOURCES: Final = "these actions do not support resource-level permissions"
SHOWN: Final = 4
"""As many patterns are read one by one."""
GLOBAL: Final = {"cloudfront": "us-east-1", "route53": "us-east-1", "waf": "us-east-1"}
"""Where the calls of services without regions arrive (AWS General Reference, service endpoints)."""
NAMED: Final = {row.name for row in KINDS}
Condition = Mapping[str, Mapping[str, Any]]


Made = Callable[[Kind], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Resources of an action; `review` where they are wider than what the templates make."""

    resources: tuple[str, ...]
    reason: str = ""
    condition: Condition = field(default_factory=dict)
    review: bool = False


def targets(
    action: str,
    types: Sequence[str],
    stacks: Sequence[StackTemplate],
    place: Environment,
    besides: Mapping[str, set[str]],
    made: Made,
) -> Iterator[Target]:
    """What an action is allowed on; nothing where it would reach what is not of these stacks.

    Args:
        types: the resource types that need the action.
        made: the ARNs of a kind of resources that the templates make.
        besides: by action, what templates refer to without making it.
    """
    service = action.partition(":")[0]
    kinds = _kinds(action)
    if kinds == ():
        yield Target(resources=("*",), reason=NO_RESOURCES)
        return
    if kinds and service == "ec2":
        needing = [stack for stack in stacks if stack.types & set(types)]
        yield Target(resources=_of_ec2(kinds, needing or stacks, place), reason=RANDOM_IDS)
        # What the action always names; the others are kinds that it can name, too.
        shared = _named(service, [kind for kind in kinds if kind.endswith("*")], made)
        if shared:
            yield Target(resources=tuple(sorted(shared)), reason=_reasons(service, kinds))
        return
    found = _named(service, kinds or (), made) | besides.get(action, set())
    if kinds is None:
        found |= {arn for row in KINDS if set(row.types) & set(types) for arn in made(row)}
    if found:
        named = tuple(sorted(without_included(found)))
        yield Target(resources=named, reason=_reasons(service, kinds))
    makers = _makers(service, types)
    if found or makers or service not in OF_OTHERS or _own(service, types):
        yield from _wider(action, kinds, makers, stacks, place, nothing=not found)


def _kinds(action: str) -> tuple[str, ...] | None:
    besides = KINDS_BESIDES.get(action.lower())
    known = handler_permissions().kinds_of(action)
    return known if besides is None else (*(known or ()), *besides)


def _named(service: str, kinds: Sequence[str], made: Made) -> set[str]:
    """What the templates make, of kinds whose names a table knows."""
    names = {f"{service}:{kind.strip('*')}" for kind in kinds}
    return {arn for row in KINDS if row.name in names for arn in made(row)}


def _own(service: str, types: Sequence[str]) -> list[str]:
    """Those of the types whose own service it is."""
    return [kind for kind in types if handler_permissions().service_of(kind) == service]


def _makers(service: str, types: Sequence[str]) -> dict[str, set[str]]:
    """Kinds of which no table knows the names, with the types that make them."""
    found: dict[str, set[str]] = {}
    for kind in _own(service, types):
        made = handler_permissions().own_kind(kind)
        if made and made not in NAMED:
            found.setdefault(made, set()).add(kind)
    return found


def _wider(
    action: str,
    kinds: tuple[str, ...] | None,
    makers: Mapping[str, set[str]],
    stacks: Sequence[StackTemplate],
    place: Environment,
    *,
    nothing: bool,
) -> Iterator[Target]:
    """What types need whose names no table knows.

    Args:
        nothing: there are no resources of other types yet.
    """
    service, _, name = action.partition(":")
    if name == WHOLE_SERVICE:
        yield _anywhere(service, stacks, place)
        return
    wanted = dict(makers)
    always = {f"{service}:{kind[:-1]}" for kind in kinds or () if kind.endswith("*")}
    maybe = {f"{service}:{kind}" for kind in kinds or ()} - always
    if nothing:
        wanted.update({kind: wanted.get(kind, set()) for kind in always})
    # The reference is late with tags: whatever has tags can be tagged.
    tags = "tag" in name.lower()
    if makers and not tags and not always and not set(makers) & maybe and kinds is not None:
        # Without a resource that it may name, an action works on nothing that has a name.
        yield _anywhere(service, stacks, place)
    elif nothing and not wanted:
        wanted.update({kind: set() for kind in maybe})
        if not wanted:
            yield _anywhere(service, stacks, place)
    for kind, types in wanted.items():
        yield from _of_kind(kind, types, stacks, place)


def _of_kind(
    name: str, makers: set[str], stacks: Sequence[StackTemplate], place: Environment
) -> Iterator[Target]:
    arn = handler_permissions().arn_of(name)
    if not arn:
        yield _anywhere(name.partition(":")[0], stacks, place)
        return
    known = _names(makers, stacks) if "{name}" in arn else {"*"}
    regions = sorted({stack.environment.region for stack in stacks})
    found = {
        arn.format(partition=place.partition, account=place.account, region=region, name=given)
        for region in regions
        for given in known
    }
    open_ended = "*" in arn or any(map(is_unknown, known))
    yield Target(
        resources=tuple(sorted(without_included(found))),
        reason=UNNAMED,
        condition={} if "{account}" in arn else _same_account(place),
        review=open_ended,
    )


def _names(makers: set[str], stacks: Sequence[StackTemplate]) -> set[str]:
    """The names that templates give to the resources of some types; `*` where one has none."""
    found = {"*"} if not makers else set[str]()
    for stack in stacks:
        for kind in makers:
            given = handler_permissions().name_property(kind)
            for _, properties in stack.resources(kind):
                found.add(text(properties[given], stack) if given in properties else "*")
    return {"*"} if any(map(is_unknown, found)) else found


def _anywhere(service: str, stacks: Sequence[StackTemplate], place: Environment) -> Target:
    regions = {stack.environment.region for stack in stacks} | {GLOBAL.get(service, "")} - {""}
    return Target(
        resources=("*",),
        reason=UNKNOWN_ACTION,
        condition={
            "StringEquals": {"aws:RequestedRegion": tuple(sorted(regions))},
            "StringEqualsIfExists": {"aws:ResourceAccount": place.account},
        },
        review=True,
    )


def collapsed(resources: set[str], service: str, place: Environment) -> set[str]:
    """Many patterns of one service as one for each region: with exact actions, kinds say little."""
    shown = without_included(resources)
    if len(shown) <= SHOWN:
        return shown
    own = {arn for arn in shown if arn.startswith(f"arn:{place.partition}:{service}:")}
    return {f"{_start(arn)}*" for arn in own} | shown - own


def _same_account(place: Environment) -> Condition:
    return {"StringEquals": {"aws:ResourceAccount": place.account}}


def _of_ec2(
    kinds: Sequence[str], stacks: Sequence[StackTemplate], place: Environment
) -> tuple[str, ...]:
    """EC2's ids are random; a few of its kinds have no account or no region in their ARN."""
    starts = {_start(handler_permissions().arn_of(f"ec2:{kind.strip('*')}")) for kind in kinds}
    usual = "arn:{partition}:ec2:{region}:{account}:"
    regions = sorted({stack.environment.region for stack in stacks})
    return tuple(
        f"{start}*".format(partition=place.partition, region=region, account=place.account)
        for start in sorted({usual} if usual in starts else starts)
        for region in regions
    )


def _start(arn: str) -> str:
    """An ARN up to and with its account."""
    return ":".join(arn.split(":")[:5]) + ":"


def _reasons(service: str, kinds: Sequence[str] | None) -> str:
    names = {f"{service}:{kind.strip('*')}" for kind in kinds or ()}
    found = {row.reason for row in KINDS if row.name in names}
    return "; ".join(sorted(found or {RANDOM_IDS}))
