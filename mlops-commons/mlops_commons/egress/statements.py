"""The policies of VPC endpoints, written from the rows of this package."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.egress.endpoints import passages
from mlops_commons.egress.passage import Owner, Passage, Sender, Switch
from mlops_commons.image_accounts import image_accounts_of
from mlops_commons.organization import PLAIN_ROLES, RoleNames
from mlops_commons.stage import Deployment, EndpointRules, Stage
from mlops_commons.vpc_endpoints import VpcEndpoint

TEST_ROLES: Final = "sagemaker-p-*-test"
"""Those that a project's deploy app makes in the stages that it tests."""
Conditions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The other accounts of a stage's set that its workloads have to do with.

    Attributes:
        dev_account: whose models and images they use; empty where dev is in the same account.
        tested_accounts: those of the stages that tests in dev's network test; empty elsewhere.
        roles: how roles are named in these accounts.
    """

    dev_account: str = ""
    tested_accounts: tuple[str, ...] = ()
    roles: RoleNames = PLAIN_ROLES

    @classmethod
    def of_account(
        cls, account: str, dev: str, others: Iterable[str], roles: RoleNames = PLAIN_ROLES
    ) -> "Neighbours":
        """Dev's tests reach the other stages, and these what dev has made."""
        if account != dev:
            return cls(dev_account=dev, roles=roles)
        return cls(tested_accounts=tuple(sorted({*others} - {account})), roles=roles)

    @classmethod
    def of_stage(
        cls, deployment: Deployment, stage: Stage, roles: RoleNames = PLAIN_ROLES
    ) -> "Neighbours":
        """Those of a stage; without projects there is nobody whose pipelines come from dev."""
        dev = deployment.dev if deployment.projects.enabled else None
        others = (other.account for other in deployment.enabled_stages)
        return cls.of_account(stage.account, dev.account if dev else "", others, roles)

    @property
    def test_roles(self) -> str:
        """What the ARNs of the test roles of projects end with."""
        return self.roles.resource(self.roles.pattern(TEST_ROLES))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where workloads are, as their policy says it: ids, or the CDK's tokens of them."""

    partition: str
    region: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What an endpoint policy needs to know.

    Attributes:
        region: its name, never a token.
        rules: what the configuration opens.
    """

    place: Place
    region: str
    neighbours: Neighbours
    rules: EndpointRules

    def accounts(self, owner: Owner) -> tuple[str, ...]:
        """The ids of the accounts that own what a passage is about."""
        return {
            Owner.OWN: (self.place.account,),
            Owner.DEV: tuple(filter(None, [self.neighbours.dev_account])),
            Owner.TESTED: self.neighbours.tested_accounts,
            Owner.TRUSTED: self.rules.trusted_accounts,
            Owner.IMAGES: image_accounts_of(self.region),
        }[owner]


def endpoint_statements(row: VpcEndpoint, surroundings: Surroundings) -> Iterator[dict[str, Any]]:
    """The policy of an endpoint, as IAM writes it; empty where the row says that it takes none."""
    for passage in passages(row):
        yield from _statements(passage, surroundings)


def _statements(passage: Passage, surroundings: Surroundings) -> Iterator[dict[str, Any]]:
    """A passage in the language of IAM; nothing where nobody is on its other side."""
    if passage.switch and not _is_on(passage.switch, surroundings.rules):
        return
    owned = _owned(passage, surroundings)
    if owned is None:
        return
    yield {
        "Sid": passage.sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": [*passage.actions],
        "Resource": list(_resources(passage, surroundings)),
        **_condition(_sent(passage.sender, surroundings), owned),
    }


def _is_on(switch: Switch, rules: EndpointRules) -> bool:
    return bool(getattr(rules, switch))


def _sent(sender: Sender, surroundings: Surroundings) -> Conditions:
    tested, place = surroundings.neighbours.tested_accounts, surroundings.place
    if sender is Sender.OWN:
        return {"StringEquals": {"aws:PrincipalAccount": place.account}}
    if sender is Sender.TESTS:
        named = surroundings.neighbours.test_roles
        roles = [f"arn:{place.partition}:iam::{account}:{named}" for account in tested]
        return {
            "StringEquals": {"aws:PrincipalAccount": [*tested]},
            "ArnLike": {"aws:PrincipalArn": roles},
        }
    if sender is Sender.AWS_SERVICE:
        return {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    return {}


def _owned(passage: Passage, surroundings: Surroundings) -> Conditions | None:
    """The condition on the resource's owner; None where there is no such owner."""
    if passage.owner is Owner.NAMED:
        return {}
    if passage.owner is Owner.ORGANIZATION:
        organization = surroundings.rules.trusted_organization
        return {"StringEquals": {"aws:ResourceOrgID": organization}} if organization else None
    accounts = surroundings.accounts(passage.owner)
    if not accounts:
        return None
    one_or_all = accounts[0] if len(accounts) == 1 else [*accounts]
    return {"StringEquals": {"aws:ResourceAccount": one_or_all}}


def _condition(*parts: Conditions) -> dict[str, Any]:
    merged: dict[str, dict[str, Any]] = {}
    for part in parts:
        for operator, keys in part.items():
            merged.setdefault(operator, {}).update(keys)
    return {"Condition": merged} if merged else {}


def _resources(passage: Passage, surroundings: Surroundings) -> Iterator[str]:
    place = surroundings.place
    for resource in passage.resources:
        each = surroundings.neighbours.tested_accounts if "{tested}" in resource else ("",)
        for tested in each:
            yield resource.format(
                partition=place.partition,
                region=place.region,
                compact_region=surroundings.region.replace("-", ""),
                account=place.account,
                tested=tested,
                test_roles=surroundings.neighbours.test_roles,
            )
