"""What a Studio domain can be asked for."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class UserProfileProps:
    """One Studio user: its profile name and the key of its persona (see access/personas.py)."""

    name: str
    persona: str


@dataclass(frozen=True, kw_only=True)
class StudioProps:
    """A Studio domain.

    Attributes:
        domain_name: the physical name, already within its limit (see utilities/names.py).
        idle_timeout_minutes: after which an idle JupyterLab or Code Editor app stops,
            from 60 to 525600.
        create_service_catalog_roles: whether this stack creates the account-wide launch and use
            roles that AWS's own project templates need; false where another stack owns them.
    """

    domain_name: str
    user_profiles: tuple[UserProfileProps, ...] = field(default=())
    idle_timeout_minutes: int = 120
    create_service_catalog_roles: bool = True
