"""Which accounts are bootstrapped, whom each trusts, and where its execution policy comes from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mlops_commons.assembly.stacks import GOVERNANCE
from mlops_commons.config import Deployment, PlatformConfig
from mlops_commons.contract import StageRole
from mlops_commons.stage import Bootstrap
from mlops_commons.utilities import names
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.toolkit import DEFAULT, Toolkit

Place = tuple[str, str]
"""Account and region: what `cdk bootstrap` prepares."""


class PolicySource(StrEnum):
    """Where the policy of CloudFormation's execution role comes from."""

    GENERATED = "generated"
    FILE = "file"
    ARN = "ARN"


@dataclass(frozen=True, kw_only=True)
class AccountUse:
    """What an account is to the platform; `set_name` is empty, and `role` None, for governance."""

    set_name: str
    stage_name: str
    role: StageRole | None = None

    def __str__(self) -> str:
        return f"{self.set_name}/{self.stage_name}" if self.set_name else self.stage_name


@dataclass(frozen=True, kw_only=True)
class BootstrapRow:
    """One run of `cdk bootstrap`.

    Attributes:
        uses: governance, or stages of sets; more than one where an account is shared.
        trust: the accounts that may deploy here, without the account itself, sorted.
        untrusted: the dev accounts whose projects deploy here; earlier versions of the plan
            trusted them, and an older bootstrap may do so still.
        policy_file: the file that is generated, or that the user keeps.
        policy_arn: the policy that the configuration names; empty otherwise.
        enabled: false where the configuration says that others bootstrap the account.
        toolkit: what the bootstrap is made with, and the names that it gives.
        boundary: the name of the policy that roles must carry; empty for none.
        tags: what all uses of the account agree on.
    """

    account: str
    region: str
    uses: tuple[AccountUse, ...]
    trust: tuple[str, ...]
    untrusted: tuple[str, ...]
    profile: str
    policy_source: PolicySource
    policy_file: Path
    policy_arn: str
    enabled: bool
    toolkit: Toolkit = DEFAULT
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        """The CDK's name of account and region."""
        return f"aws://{self.account}/{self.region}"

    @property
    def governs(self) -> bool:
        """Whether the stacks with repositories and pipelines are here."""
        return any(not use.set_name for use in self.uses)


@dataclass(frozen=True)
class _Entry:
    place: Place
    use: AccountUse
    trust: frozenset[str]
    untrusted: frozenset[str]
    bootstrap: Bootstrap
    tags: Mapping[str, str]


def bootstrap_plan(
    config: PlatformConfig, kept_files: Collection[Path] = ()
) -> tuple[BootstrapRow, ...]:
    """A row for each account and region: governance, then the stages in the order of delivery.

    Every stage trusts governance and nobody else: projects deploy with roles that the stage's own
    stack has for them.

    Args:
        kept_files: execution policies at their default path that a person keeps; the others
            there are generated.

    Raises:
        PlatformError: two entries of one account and region name different policies.
    """
    entries: dict[Place, list[_Entry]] = {}
    for entry in _entries(config):
        entries.setdefault(entry.place, []).append(entry)
    boundary = config.org.boundary_name
    return tuple(_row(place, found, kept_files, boundary) for place, found in entries.items())


def toolkit_of(config: PlatformConfig, account: str, region: str) -> Toolkit:
    """The bootstrap of an account and region that the configuration has."""
    rows = bootstrap_plan(config)
    return next(r.toolkit for r in rows if (r.account, r.region) == (account, region))


def selected(
    rows: tuple[BootstrapRow, ...], *, set_name: str = "", stage_name: str = ""
) -> tuple[BootstrapRow, ...]:
    """The rows of a set, a stage (`governance` is one), or both; empty names select all.

    Raises:
        PlatformError: nothing matches.
    """
    found = tuple(row for row in rows if any(_matches(u, set_name, stage_name) for u in row.uses))
    if not found:
        known = ", ".join(str(use) for row in rows for use in row.uses)
        wanted = "/".join(name for name in (set_name, stage_name) if name)
        raise PlatformError(
            f"no account to bootstrap matches '{wanted}'; there are: {known}",
            hint="see the whole plan with: ./mlops-multi-account.sh bootstrap --dry-run",
        )
    return found


def _matches(use: AccountUse, set_name: str, stage_name: str) -> bool:
    return (not set_name or use.set_name.lower() == set_name.lower()) and (
        not stage_name or use.stage_name.lower() == stage_name.lower()
    )


def _entries(config: PlatformConfig) -> Iterator[_Entry]:
    governance = config.pipeline
    yield _Entry(
        (governance.account, governance.region),
        AccountUse(set_name="", stage_name=GOVERNANCE),
        frozenset(),
        frozenset(),
        governance.bootstrap,
        config.tags,
    )
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            yield _Entry(
                (stage.account, stage.region),
                AccountUse(
                    set_name=deployment.set_name, stage_name=stage.stage_name, role=stage.role
                ),
                frozenset({governance.account}),
                _dev_accounts(deployment),
                stage.bootstrap,
                stage.tags,
            )


def _dev_accounts(deployment: Deployment) -> frozenset[str]:
    dev = deployment.dev
    return frozenset({dev.account} if dev else ())


def _row(
    place: Place, entries: list[_Entry], kept_files: Collection[Path], boundary: str
) -> BootstrapRow:
    account, region = place
    enabled = [entry for entry in entries if entry.bootstrap.enabled]
    chosen = _chosen(place, enabled or entries)
    arn, file = chosen.execution_policy_arn, chosen.execution_policy_filepath
    kept = file in kept_files or _named(chosen, place)
    source = PolicySource.FILE if kept else PolicySource.GENERATED
    # An account always trusts itself; the bootstrap template says so without being told.
    trust = _others(account, (entry.trust for entry in entries))
    return BootstrapRow(
        account=account,
        region=region,
        uses=tuple(entry.use for entry in entries),
        trust=trust,
        untrusted=tuple(
            other
            for other in _others(account, (entry.untrusted for entry in entries))
            if other not in trust
        ),
        profile=chosen.aws_profile,
        policy_source=PolicySource.ARN if arn else source,
        policy_file=file,
        policy_arn=arn,
        enabled=bool(enabled),
        toolkit=chosen.toolkit,
        boundary=boundary,
        tags=dict(sorted(set.intersection(*(set(entry.tags.items()) for entry in entries)))),
    )


def _others(account: str, groups: Iterable[frozenset[str]]) -> tuple[str, ...]:
    return tuple(sorted(frozenset[str]().union(*groups) - {account}))


def _chosen(place: Place, entries: list[_Entry]) -> Bootstrap:
    """The settings of a place: those that name a policy, else the first."""
    naming = {
        bootstrap.execution_policy_arn or str(bootstrap.execution_policy_filepath): entry
        for entry in entries
        for bootstrap in [entry.bootstrap]
        if bootstrap.execution_policy_arn or _named(bootstrap, place)
    }
    if len(naming) > 1:
        _refuse(place, naming)
    return next(iter(naming.values()), entries[0]).bootstrap


def _named(bootstrap: Bootstrap, place: Place) -> bool:
    """Whether the configuration names a file of its own."""
    return bootstrap.execution_policy_filepath.name != names.execution_policy_file(*place)


def _refuse(place: Place, naming: Mapping[str, _Entry]) -> None:
    policies = ", ".join(f"{entry.use}: {policy}" for policy, entry in naming.items())
    raise PlatformError(
        f"account {place[0]} in {place[1]} can have one execution policy, but its entries in "
        f"cdk-app.yml name several: {policies}",
        hint="name the same policy, or name it in one of the entries only",
    )
