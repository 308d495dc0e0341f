"""What is known of a fleet: one row for each pipeline, stage, project and acknowledgement."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from mlops_commons.fleet.pipelines import FAILED

AS_HERE: Final = "as here"
NOT_HERE: Final = "another"
DRIFTED: Final = "DRIFTED"
NOT_DEPLOYED: Final = "not deployed"
UNCOMPARED: Final = "not compared: synthesise both apps first (infra synth, template synth)"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The delivery pipeline of an app of a set.

    Attributes:
        status: of its newest run, such as `Failed`; empty where it never ran.
        at: the stage and action that run, wait or have failed.
        commit: what that run delivers.
        checkout: whether the commit is what this checkout would publish; empty: not known.
        unknown: why nothing of it is known; empty elsewhere.
    """

    set_name: str
    app: str
    pipeline: str
    status: str = ""
    at: str = ""
    message: str = ""
    commit: str = ""
    subject: str = ""
    started: datetime | None = None
    checkout: str = ""
    unknown: str = ""

    @property
    def attention(self) -> str:
        """What somebody has to look at; empty where nothing is wrong."""
        name = f"{self.set_name}, {self.app}"
        if self.unknown:
            return f"{name}: {self.unknown}"
        if self.status in (FAILED, "Stopped"):
            return f"{name}: the pipeline has {self.status.lower()} at {self.at or 'its begin'}"
        return ""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The stack of an app in a stage's account.

    Attributes:
        commit: the newest that the pipeline has delivered to the stage; empty: not known.
        status: of the stack, or `not deployed`.
        drift: as the last detection found it; `NOT_CHECKED` without any.
        checked: when that was.
        unknown: why nothing of it is known; empty elsewhere.
    """

    set_name: str
    stage: str
    app: str
    account: str
    region: str
    commit: str = ""
    checkout: str = ""
    status: str = ""
    drift: str = ""
    checked: datetime | None = None
    unknown: str = ""

    @property
    def attention(self) -> str:
        """What somebody has to look at; an account that is not reached is told once, elsewhere."""
        found = []
        if "FAILED" in self.status or "ROLLBACK" in self.status:
            found.append(f"the stack is {self.status}")
        if self.drift == DRIFTED:
            found.append("somebody has changed resources of the stack: drift")
        where = f"{self.set_name}, {self.stage}, {self.app}"
        return f"{where}: {'; '.join(found)}" if found else ""


@dataclass(frozen=True, kw_only=True)
class Bootstrapped:
    """The bootstrap of an account and region, against what the templates need.

    Attributes:
        uses: governance, or stages of sets.
        lacks: what has to be done; empty where the fingerprint is that of the templates.
        blocks: whether a delivery fails before that is done.
        unknown: why it is not known; empty elsewhere.
    """

    account: str
    region: str
    uses: str
    lacks: str = ""
    blocks: bool = False
    unknown: str = ""

    @property
    def attention(self) -> str:
        """What somebody has to look at; empty where nothing is wrong."""
        unknown = "" if self.unknown == UNCOMPARED else self.unknown
        told = unknown or (self.lacks if self.blocks else "")
        return f"{self.account} in {self.region} ({self.uses}): {told}" if told else ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What somebody has launched, or a project has deployed into a stage.

    Attributes:
        version: of the product; empty for what a project has deployed.
        unknown: why the projects of the stage are not known; empty elsewhere.
    """

    set_name: str
    stage: str
    name: str
    product: str = ""
    version: str = ""
    status: str = ""
    drift: str = ""
    unknown: str = ""

    @property
    def attention(self) -> str:
        """What somebody has to look at; empty where nothing is wrong."""
        if self.unknown:
            return f"{self.set_name}, {self.stage}: {self.unknown}"
        bad = self.status in ("ERROR", "TAINTED") or "FAILED" in self.status
        told = f"is {self.status}" if bad else "has drifted" if self.drift == DRIFTED else ""
        return f"{self.set_name}, {self.stage}: {self.name} {told}" if told else ""


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """A finding that is acknowledged until a day, in a deployed template."""

    set_name: str
    stage: str
    stack: str
    resource: str
    control: str
    until: date
    days: int

    @property
    def attention(self) -> str:
        """What somebody has to look at."""
        when = f"ends in {self.days} days" if self.days >= 0 else f"ended on {self.until}"
        where = f"{self.set_name}, {self.stage}: {self.stack}, {self.resource}"
        return f"{where}: the acknowledgement of {self.control} {when}"


Row = Delivery | Deployed | Bootstrapped | Project | Acknowledgement


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """All sets of a configuration, as they were at one time.

    Attributes:
        unreachable: why governance cannot be entered, so that nothing is known; empty elsewhere.
        remedy: what to do about that.
    """

    read: datetime
    unreachable: str = ""
    remedy: str = ""
    deliveries: tuple[Delivery, ...] = ()
    stages: tuple[Deployed, ...] = ()
    bootstraps: tuple[Bootstrapped, ...] = ()
    projects: tuple[Project, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    def rows(self) -> Iterator[Row]:
        """All rows."""
        for part in (self.deliveries, self.bootstraps, self.stages, self.projects):
            yield from part
        yield from self.acknowledgements

    @property
    def attention(self) -> tuple[str, ...]:
        """What somebody has to look at; one reason for everything is told once."""
        if self.unreachable:
            return (self.unreachable,)
        return tuple(told for row in self.rows() if (told := row.attention))


def document(fleet: Fleet) -> Mapping[str, Any]:
    """The fleet for scripts; times are in ISO 8601."""
    parts = asdict(fleet)
    return {"attention": fleet.attention, **parts}
