"""SageMaker Studio and the people in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlops_commons.contract import Persona


class AuthMode(StrEnum):
    """How people come into Studio; the values are those of SageMaker (API_CreateDomain)."""

    IAM = "IAM"
    SSO = "SSO"


@dataclass(frozen=True, kw_only=True)
class StudioUser:
    """A user profile, and the persona whose role it has.

    Attributes:
        identity_center_user: the only one who opens the profile, where the domain signs in by IAM
            Identity Center; empty elsewhere.
        project: the id of the one project that it works on; empty for all of the set, or for none
            where projects are kept apart.
    """

    profile_name: str
    persona: Persona
    project: str = ""
    identity_center_user: str = ""


class Access(StrEnum):
    """What a persona may do with the objects of a data bucket."""

    READ = "read"
    READ_WRITE = "read-write"


@dataclass(frozen=True, kw_only=True)
class DataBucket:
    """A bucket of the organization's own; `account` is empty for the stage's."""

    name: str
    access: Access = Access.READ
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Further:
    """What a persona may do besides.

    Attributes:
        policy_arns: managed policies that its roles get.
        actions: of these policies, what its boundary lets through; `*` may end an action.
        data_buckets: what it may use without a policy.
    """

    policy_arns: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    data_buckets: tuple[DataBucket, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What the jobs of people must look like, besides running in the private subnets.

    Attributes:
        network_isolation: whether containers of jobs and models have no network at all.
        instance_types: the only ones that may be used, `*` may stand in them; empty for any.
        output_key: whether training must name a KMS key for what it writes.
    """

    network_isolation: bool = False
    instance_types: tuple[str, ...] = ()
    output_key: bool = True


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A Studio domain.

    Attributes:
        domain_name: the physical name, already within its limit (see utilities/names.py).
        idle_timeout_minutes: after which an idle JupyterLab or Code Editor app stops,
            from 60 to 525600.
        create_service_catalog_roles: whether the stack creates the account-wide launch and use
            roles that AWS's own project templates need; false where another stack owns them.
        mlflow: whether the stage has an MLflow App, in which runs are tracked.
        auth_mode: whether people sign in by IAM Identity Center, or come with a URL that a role of
            theirs may make.
    """

    domain_name: str = "studio-domain"
    idle_timeout_minutes: int = 120
    create_service_catalog_roles: bool = True
    mlflow: bool = False
    auth_mode: AuthMode = AuthMode.IAM
    users: tuple[StudioUser, ...] = ()
    jobs: Jobs = Jobs()
    personas: Mapping[Persona, Further] = field(default_factory=dict)
