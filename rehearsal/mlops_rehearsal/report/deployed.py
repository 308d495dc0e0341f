"""What the accounts hold, as their own APIs tell it: the evidence of everything but the acts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeployedTemplate:
    """The template with which CloudFormation has made a stack."""

    account: str
    region: str
    stack: str
    template: Document


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role with everything that decides who enters it and what it may do.

    Attributes:
        boundary: the ARN of its permissions boundary; empty where it has none.
        managed: the ARNs of its managed policies.
        inline: its own policies, by name.
    """

    account: str
    name: str
    trust: Document
    boundary: str = ""
    managed: tuple[str, ...] = ()
    inline: Mapping[str, Document]


@dataclass(frozen=True, kw_only=True)
class ManagedPolicy:
    """The version of a customer managed policy that holds."""

    account: str
    arn: str
    document: Document


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """How a bucket is protected.

    Attributes:
        encryption: S3's name of the algorithm; empty where the bucket names none.
        key: the customer managed key; empty where AWS's own is used.
        blocked: whether all four settings of S3 Block Public Access are on.
        policy: the bucket's policy; empty where it has none.
    """

    account: str
    name: str
    encryption: str
    key: str
    blocked: bool
    policy: Document


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """A version of a model, and whether somebody has approved it when everything was over."""

    project: str
    version: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """A finding of a rule pack that is accepted where a construct is, and why."""

    app: str
    rule: str
    construct: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """US dollars a month that an account costs while nobody works, from its templates."""

    account: str
    region: str
    roles: str
    usd: float


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Everything that was read from the accounts, and from the assemblies they were made of."""

    templates: tuple[DeployedTemplate, ...] = ()
    roles: tuple[Role, ...] = ()
    policies: tuple[ManagedPolicy, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    versions: tuple[ModelVersion, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    costs: tuple[Cost, ...] = ()
    cases: Mapping[str, float]
    prices_of: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything but templates and policies, which are files of their own."""
        roles = [
            {"account": r.account, "name": r.name, "boundary": r.boundary, "managed": r.managed}
            for r in self.roles
        ]
        named = ("buckets", "versions", "acknowledgements", "costs")
        rest = {name: [asdict(row) for row in getattr(self, name)] for name in named}
        return {"roles": roles, **rest, "cases": dict(self.cases), "prices_of": self.prices_of}


NOTHING: Final = Deployed(cases={})
