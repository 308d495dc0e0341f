"""The values that hold for each stage, each with the line that it comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.stacks import GOVERNANCE
from mlops_commons.config.document import Document, KeyPath
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT, Sources
from mlops_commons.contract import Persona
from mlops_commons.stage import CreateNetwork, ImportNetwork, Stage

DEFAULT: Final = "default"
PIPELINE: Final = (APP_ROOT, "pipeline")
DEFAULT_NETWORK: Final = (INFRA_ROOT, "network", "default_create_network")
NETWORK_KEYS: Final = {
    "vpc_cidr": "vpc_cidr",
    "vpc_max_azs": "max_azs",
    "availability_zones": "availability_zones",
    "vpc_private_subnet_cidr_mask": "private_subnet_cidr_mask",
    "vpc_public_subnet_cidr_mask": "public_subnet_cidr_mask",
    "vpc_enable_dns_hostnames": "enable_dns_hostnames",
    "vpc_enable_dns_support": "enable_dns_support",
    "vpc_nat_gateways": "nat_gateways",
    "egress": "egress",
}
"""Key in `create_network`, and the attribute of the resolved network."""
IMPORT_KEYS: Final = ("vpc_id", "subnets", "base_security_group", "vpc_cidr", "route_table_ids")
STUDIO_KEYS: Final = ("domain_name", "idle_timeout_minutes", "create_service_catalog_roles")
BOOTSTRAP_KEYS: Final = (
    "enabled",
    "aws_profile",
    "execution_policy_filepath",
    "execution_policy_arn",
)


@dataclass(frozen=True, kw_only=True)
class EffectiveValue:
    """A value that holds.

    Attributes:
        of: `governance`, or a set and a stage such as `business-unit-1/dev`.
        key: the key as it stands in the files, such as `bootstrap.aws_profile`.
        origin: file and line, or `default`.
    """

    of: str
    key: str
    value: str
    origin: str


def effective_values(sources: Sources) -> tuple[EffectiveValue, ...]:
    """The values of the governance account, then those of every enabled stage."""
    return tuple(
        EffectiveValue(of=of, key=key, value=_text(value), origin=origin)
        for of, key, value, origin in _rows(sources)
        if _text(value)
    )


Row = tuple[str, str, object, str]


def _rows(sources: Sources) -> Iterator[Row]:
    yield from _governance(sources)
    for path, deployment, stage in sources.stages():
        of = f"{deployment.set_name}/{stage.stage_name}"
        set_path = path[:3]
        for rows in (
            _stage(sources, stage, path, set_path),
            _network(sources, deployment.set_name, stage.stage_name),
            _studio(sources, deployment.set_name, stage.stage_name),
        ):
            yield from ((of, *row) for row in rows)


def _governance(sources: Sources) -> Iterator[Row]:
    app, config = sources.app_document, sources.config
    governance = config.pipeline
    yield GOVERNANCE, "app_prefix", config.app_prefix, _origin(app, (APP_ROOT, "app_prefix"))
    yield GOVERNANCE, "account", governance.account, _origin(app, (*PIPELINE, "account"))
    yield GOVERNANCE, "region", governance.region, _origin(app, (*PIPELINE, "region"))
    for name in ("infra", "project_template"):
        repository = getattr(governance.code_commit, name)
        for key in ("repo_name", "branch_name"):
            path = (*PIPELINE, "code_commit", name, key)
            yield (
                GOVERNANCE,
                f"code_commit.{name}.{key}",
                getattr(repository, key),
                _origin(app, path),
            )
    for key in BOOTSTRAP_KEYS:
        value = getattr(governance.bootstrap, key)
        origin = _origin(app, (*PIPELINE, "bootstrap", key))
        yield GOVERNANCE, f"bootstrap.{key}", value, origin
    for key in ("personas", "role_arns", "provider_name", "support_email", "support_url"):
        value = getattr(config.portfolio, key)
        yield GOVERNANCE, f"portfolio.{key}", value, _origin(app, (APP_ROOT, "portfolio", key))


def _stage(
    sources: Sources, stage: Stage, path: KeyPath, set_path: KeyPath
) -> Iterator[tuple[str, object, str]]:
    app = sources.app_document
    inherited: dict[str, tuple[KeyPath, ...]] = {
        "region": ((*set_path, "default_region"), (*PIPELINE, "region")),
    }
    simple = ("account", "region", "manual_approval", "parameter_namespace", "removal_policy")
    for key in simple:
        candidates = ((*path, key), *inherited.get(key, ()))
        yield key, getattr(stage, key), _origin(app, *candidates)
    for tag, value in stage.tags.items():
        candidates = tuple((*above, "tags", tag) for above in (path, set_path, (APP_ROOT,)))
        yield f"tags.{tag}", value, _origin(app, *candidates)
    for key in BOOTSTRAP_KEYS:
        value = getattr(stage.bootstrap, key)
        yield f"bootstrap.{key}", value, _origin(app, (*path, "bootstrap", key))


def _network(sources: Sources, set_name: str, stage_name: str) -> Iterator[tuple[str, object, str]]:
    document = sources.infra_document
    network = sources.config.network(set_name, stage_name)
    own = sources.network_path(set_name, stage_name)
    if isinstance(network, ImportNetwork):
        for key in IMPORT_KEYS:
            yield f"import_network.{key}", getattr(network, key), _origin(document, (*own, key))
        paths: tuple[KeyPath, ...] = (own,)
    else:
        yield from _created(document, network, own)
        paths = (own, DEFAULT_NETWORK)
    for key, on in network.endpoints.items():
        candidates = tuple((*above, "endpoints", key) for above in paths)
        yield f"endpoints.{key}", on, _origin(document, *candidates)


def _created(
    document: Document, network: CreateNetwork, own: KeyPath
) -> Iterator[tuple[str, object, str]]:
    for key, attribute in NETWORK_KEYS.items():
        origin = _origin(document, (*own, key), (*DEFAULT_NETWORK, key))
        yield f"create_network.{key}", getattr(network, attribute), origin


def _studio(sources: Sources, set_name: str, stage_name: str) -> Iterator[tuple[str, object, str]]:
    studio = sources.config.studio(set_name, stage_name)
    document = sources.infra_document
    stage = sources.studio_path(set_name, stage_name) or ()
    yield "deploy_studio", studio is not None, _origin(document, (*stage, "deploy_studio"))
    if studio is None:
        return
    for key in STUDIO_KEYS:
        yield key, getattr(studio, key), _origin(document, (*stage, key))
    for persona in dict.fromkeys(user.persona for user in studio.users):
        names = [user.profile_name for user in studio.users if user.persona == persona]
        path = sources.profiles_path(set_name, Persona(persona))
        yield f"profiles.{path[-1]}", names, _origin(document, path)


def _origin(document: Document, *candidates: KeyPath) -> str:
    """The first of the places that is in the file."""
    for path in candidates:
        if path in document.lines:
            return f"{document.file.name}:{document.lines[path]}"
    return DEFAULT


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(entry) for entry in value)
    return str(value)
