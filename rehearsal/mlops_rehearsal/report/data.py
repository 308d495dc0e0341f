"""What a report shows, as data: the same data is the same report, byte for byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mlops_rehearsal.report.deployed import NOTHING, Deployed
from mlops_rehearsal.report.provenance import Provenance
from mlops_rehearsal.report.reach import ReachRows
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.recorded import RecordedAction


class ActState(StrEnum):
    """How far an act has come."""

    PLAYED = "played"
    FAILED = "failed"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, kw_only=True)
class ReportedAct:
    """An act; `start` and `seconds` are 0 where it was not reached.

    Attributes:
        start: seconds after the beginning of the first act.
        message: why it has failed; `hint` is what to do next.
    """

    number: int
    name: str
    title: str
    state: ActState
    start: float = 0.0
    seconds: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack as CloudFormation tells it; `resources` is how many it has."""

    name: str
    status: str
    resources: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account in a region, its role in the platform and what was deployed there."""

    account: str
    region: str
    role: str
    stacks: tuple[Stack, ...]

    def as_json(self) -> dict[str, object]:
        """The account as JSON has it."""
        stacks = [vars(stack) for stack in self.stacks]
        return {
            "account": self.account,
            "region": self.region,
            "role": self.role,
            "stacks": stacks,
        }


@dataclass(frozen=True, kw_only=True)
class Access:
    """How often a principal was allowed or denied an action; sessions count as their role."""

    account: str
    principal: str
    action: str
    decision: str
    count: int

    def as_json(self) -> dict[str, object]:
        """The decision as JSON has it."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that a person has run, and the end of what it printed."""

    name: str
    log: str


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What was read at the end; `note` says why it is not everything."""

    accounts: tuple[Account, ...] = ()
    access: tuple[Access, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that a report shows; `made` is when, as whoever writes it says."""

    made: datetime
    acts: tuple[ReportedAct, ...]
    observed: Observed
    actions: tuple[RecordedAction, ...] = ()
    programs: tuple[Program, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    deployed: Deployed = NOTHING
    reach: ReachRows | None = None

    @property
    def account_names(self) -> dict[str, str]:
        """What people call each account, by its number."""
        found: dict[str, str] = {}
        for account in self.observed.accounts:
            role = account.role.rpartition("/")[2] if len(self._sets) == 1 else account.role
            before = found.get(account.account)
            found[account.account] = role if before in (None, role) else f"{before}, {role}"
        return found

    @property
    def _sets(self) -> frozenset[str]:
        roles = (role for a in self.observed.accounts for role in a.role.split(", "))
        return frozenset(role.partition("/")[0] for role in roles if "/" in role)

    @property
    def failed(self) -> ReportedAct | None:
        """The act that has failed, if one has."""
        return next((act for act in self.acts if act.state is ActState.FAILED), None)

    def evidence(self, kind: str) -> Iterator[Mapping[str, str]]:
        """The rows of one kind, of all acts."""
        for act in self.acts:
            for found in act.evidence:
                if found.kind == kind:
                    yield from found.rows
