"""What CloudFormation may do in one account and region: what its templates need, and no more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.execution_policies.action_resources import Target, collapsed, targets
from mlops_commons.execution_policies.caller_checks import asked_of_callers
from mlops_commons.execution_policies.key_permissions import (
    is_of_keys,
    key_reviews,
    key_statements,
    keys_of_others,
)
from mlops_commons.execution_policies.passed_roles import passed_roles
from mlops_commons.execution_policies.physical_names import arns
from mlops_commons.execution_policies.required_actions import KEEP, Need, is_custom, needs
from mlops_commons.execution_policies.resource_kinds import statement_name
from mlops_commons.execution_policies.review import SID, Review
from mlops_commons.execution_policies.role_permissions import (
    NEED_BOUNDARY,
    NEED_POLICY,
    pass_role_statements,
    role_conditions,
    service_linked_roles,
)
from mlops_commons.execution_policies.template_reads import (
    custom_resources,
    passed_connections,
    reads_of_templates,
    referred_to,
    versions,
)
from mlops_commons.iam.statements import Statement

LEFT_OUT: Final = f"no template makes such a resource, and others' are not given; {KEEP}"
SEPARATE: Final = frozenset({"iam:PassRole", "iam:CreateServiceLinkedRole"})


@dataclass(frozen=True, kw_only=True)
class DerivedPolicy:
    """The statements that templates need, and what a person has to look at."""

    statements: tuple[Statement, ...]
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Boundaries:
    """What roles must carry.

    Attributes:
        own: the ARN of the organization's, for the roles of the platform; empty for none.
        projects: the ARNs of which each role of a project must have one.
    """

    own: str = ""
    projects: tuple[str, ...] = ()


def execution_policy(
    stacks: Sequence[StackTemplate],
    place: Environment,
    boundaries: Boundaries | None = None,
    *,
    key_tags: Sequence[str] = (),
    assets: Sequence[str] = (),
) -> DerivedPolicy:
    """What an account and region's templates need.

    Args:
        stacks: every template that CloudFormation gets there.
        key_tags: tags that keys get besides those in the templates.
        assets: the ARNs of objects that templates refer to, such as the CDK's assets.

    Raises:
        PlatformError: a role of a template lacks the boundary.
    """
    wanted = needs(stacks)
    actions = {action for need in wanted for action in need.actions}
    besides = referred_to(stacks, assets)
    scoped, reviews = _scoped(wanted, stacks, place, besides)
    bounds = boundaries or Boundaries()
    roles = passed_roles(stacks)
    rows = [
        *scoped,
        *role_conditions(actions, stacks, bounds.own, bounds.projects),
        *key_statements({a for a in actions if a.startswith("kms:")}, stacks, place, key_tags),
        *keys_of_others(wanted, stacks),
        *reads_of_templates(stacks),
        *custom_resources(stacks),
        *versions(stacks),
        *passed_connections(stacks),
        *asked_of_callers(stacks),
        *pass_role_statements(roles.by_service),
        *service_linked_roles(wanted, place),
    ]
    of_types = (review for need in wanted for review in need.reviews)
    return DerivedPolicy(
        statements=tuple(sorted(_distinct(rows), key=lambda row: row.sid)),
        reviews=tuple(
            sorted({*of_types, *reviews, *roles.reviews, *key_reviews(stacks, key_tags)})
        ),
    )


@dataclass
class _Row:
    """Actions that share resources and conditions; resources to review are those of a service."""

    target: Target
    actions: set[str] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)

    def add(self, action: str, types: Iterable[str], target: Target) -> None:
        """Put one action's target into the row."""
        self.actions.add(action)
        self.resources |= set(target.resources)
        self.reasons.add(target.reason)
        self.types |= set(types)

    @property
    def service(self) -> str:
        """The prefix of the actions; of the first in the alphabet where there are several."""
        return min(self.actions).partition(":")[0]

    def statement(self) -> Statement:
        """The IAM statement of the row."""
        everywhere = self.resources == {"*"} and not self.target.review
        own = SID * self.target.review + statement_name(self.service)
        return Statement(
            sid="WithoutResources" if everywhere else own,
            actions=tuple(sorted(self.actions)),
            resources=tuple(sorted(self.resources)),
            reason="; ".join(sorted(self.reasons)),
            condition=self.target.condition,
        )

    def reviews(self) -> Iterator[Review]:
        """What to look at, by resource type."""
        count = len(self.actions)
        named = f"{count} actions of {self.service}" if count > 1 else min(self.actions)
        where = f"{named} on {', '.join(sorted(self.resources))}"
        for kind in sorted(self.types) if self.target.review else ():
            yield Review(type=kind, what=where, reason="; ".join(sorted(self.reasons)))


def _scoped(
    wanted: Sequence[Need],
    stacks: Sequence[StackTemplate],
    place: Environment,
    besides: Mapping[str, set[str]],
) -> tuple[list[Statement], list[Review]]:
    """A statement for each set of resources, with all actions on them."""
    rows: dict[tuple[str, str], _Row] = {}
    nowhere: dict[str, set[str]] = {}
    made = cache(partial(arns, stacks=stacks))
    for action, types in sorted(_types_by_action(wanted).items()):
        found = [*targets(action, types, stacks, place, besides, made)]
        for kind in () if found else types:
            nowhere.setdefault(kind, set()).add(action)
        for target in found:
            shared = f"{SID} {action.partition(':')[0]}" if target.review else target.resources
            row = rows.setdefault((str(shared), str(target.condition)), _Row(target))
            row.add(action, types, target)
    for row in rows.values():
        if row.target.review:
            row.resources = collapsed(row.resources, row.service, place)
    reviews = [review for row in rows.values() for review in row.reviews()]
    return [row.statement() for row in rows.values()], [*reviews, *_left_out(nowhere)]


def _left_out(nowhere: Mapping[str, set[str]]) -> Iterator[Review]:
    for kind, actions in nowhere.items():
        if not is_custom(kind):
            what = f"left out: {', '.join(sorted(actions))}"
            yield Review(type=kind, what=what, reason=LEFT_OUT)


def _types_by_action(wanted: Iterable[Need]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for need in wanted:
        for action in need.actions:
            separate = action in SEPARATE | NEED_BOUNDARY | NEED_POLICY or is_of_keys(action)
            if not separate:
                found.setdefault(action, []).append(need.type)
    return {action: tuple(types) for action, types in found.items()}


def _distinct(rows: Iterable[Statement]) -> list[Statement]:
    """The rows with a number after each name that several have."""
    grouped: dict[str, list[Statement]] = {}
    for row in rows:
        grouped.setdefault(row.sid, []).append(row)
    return [
        replace(row, sid=f"{sid}{number}" if len(same) > 1 else sid)
        for sid, same in grouped.items()
        for number, row in enumerate(sorted(same, key=lambda r: (r.resources, r.actions)), start=1)
    ]
