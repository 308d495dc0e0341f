"""The values that hold for each stage, each with the line that it comes from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.assembly.stacks import GOVERNANCE
from mlops_commons.builds import Builds, BuildVpc, Proxy
from mlops_commons.config.builds_model import BuildsFile, BuildVpcFile, ProxyFile
from mlops_commons.config.document import Document, KeyPath, text_of
from mlops_commons.config.filled import filled_fields
from mlops_commons.config.infra_model import CreateNetworkFile, ImportNetworkFile
from mlops_commons.config.model import BootstrapFile, PortfolioFile, RepositoryFile
from mlops_commons.config.org_model import (
    AccessLogsFile,
    FlowLogsFile,
    KeysFile,
    PermissionsBoundaryFile,
    RolesFile,
    ToolkitFile,
)
from mlops_commons.config.projects_model import (
    ApproversFile,
    ProjectsFile,
    ProtectedBranchesFile,
)
from mlops_commons.config.source_model import DeliverySourceFile
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT, Sources
from mlops_commons.config.studio_model import JobsFile, StudioStageFile
from mlops_commons.delivery_source import DeliverySource
from mlops_commons.organization import (
    AccessLogArchive,
    ExistingKeys,
    FlowLogArchive,
    OrgBoundary,
    RoleNames,
)
from mlops_commons.stage import (
    Approvers,
    Bootstrap,
    CreateNetwork,
    ImportNetwork,
    Jobs,
    Portfolio,
    Projects,
    ProtectedBranches,
    Repository,
    Stage,
    Studio,
)
from mlops_commons.utilities.toolkit import Toolkit

DEFAULT: Final = "default"
PIPELINE: Final = (APP_ROOT, "pipeline")
ORG: Final = (APP_ROOT, "org")
DEFAULT_NETWORK: Final = (INFRA_ROOT, "network", "default_create_network")
CREATED: Final = filled_fields(CreateNetworkFile, CreateNetwork)
IMPORTED: Final = filled_fields(ImportNetworkFile, ImportNetwork)
STUDIO: Final = filled_fields(StudioStageFile, Studio)
JOBS: Final = filled_fields(JobsFile, Jobs)
BOOTSTRAP: Final = filled_fields(BootstrapFile, Bootstrap)
TOOLKIT: Final = filled_fields(ToolkitFile, Toolkit)
BOUNDARY: Final = filled_fields(PermissionsBoundaryFile, OrgBoundary)
FLOW_LOGS: Final = filled_fields(FlowLogsFile, FlowLogArchive)
ACCESS_LOGS: Final = filled_fields(AccessLogsFile, AccessLogArchive)
KEYS: Final = filled_fields(KeysFile, ExistingKeys)
ROLES: Final = filled_fields(RolesFile, RoleNames)
BUILD_VPC: Final = filled_fields(BuildVpcFile, BuildVpc)
PROXY: Final = filled_fields(ProxyFile, Proxy)
BUILDS: Final = {
    key: name
    for key, name in filled_fields(BuildsFile, Builds).items()
    if key not in ("vpc", "proxy", "ca_certificates")
}
"""Blocks have rows of their own, and certificates are no text for a table."""
SOURCE: Final = filled_fields(DeliverySourceFile, DeliverySource)
REPOSITORY: Final = filled_fields(RepositoryFile, Repository)
PORTFOLIO: Final = filled_fields(PortfolioFile, Portfolio)
APPROVERS: Final = filled_fields(ApproversFile, Approvers)
BRANCHES: Final = filled_fields(ProtectedBranchesFile, ProtectedBranches)
PROJECTS: Final = {
    key: name
    for key, name in filled_fields(ProjectsFile, Projects).items()
    if key not in ("approvers", "protected_branches")
}
"""Keys of the files, each with the field of the resolved value."""


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
            _projects(sources, deployment.projects, set_path),
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
    commits, source = governance.code_commit, governance.source
    blocks: tuple[tuple[KeyPath, object, Mapping[str, str]], ...] = (
        ((*PIPELINE, "source", "infra"), source.infra, SOURCE),
        ((*PIPELINE, "source", "project_template"), source.project_template, SOURCE),
        ((*PIPELINE, "code_commit", "infra"), commits.infra, REPOSITORY),
        ((*PIPELINE, "code_commit", "project_template"), commits.project_template, REPOSITORY),
        ((*PIPELINE, "bootstrap"), governance.bootstrap, BOOTSTRAP),
        ((APP_ROOT, "portfolio"), config.portfolio, PORTFOLIO),
    )
    for path, resolved, keys in blocks:
        for key, value, origin in _values(app, resolved, keys, path):
            yield GOVERNANCE, text_of((*path, key)).removeprefix("pipeline."), value, origin
    for row in _toolkit(app, governance.bootstrap, (*PIPELINE, "bootstrap")):
        yield GOVERNANCE, *row
    for row in _organization(sources):
        yield GOVERNANCE, *row


def _organization(sources: Sources) -> Iterator[tuple[str, object, str]]:
    org = sources.config.org
    blocks: tuple[tuple[KeyPath, object, Mapping[str, str]], ...] = (
        (("permissions_boundary",), org.permissions_boundary, BOUNDARY),
        (("flow_logs",), org.flow_logs, FLOW_LOGS),
        (("access_logs",), org.access_logs, ACCESS_LOGS),
        (("keys",), org.keys, KEYS),
        (("roles",), org.roles, ROLES),
        (("builds",), org.builds, BUILDS),
        (("builds", "vpc"), org.builds.vpc, BUILD_VPC),
        (("builds", "proxy"), org.builds.proxy, PROXY),
    )
    for block, resolved, keys in blocks:
        path = (*ORG, *block)
        for key, value, origin in (
            _values(sources.app_document, resolved, keys, path) if resolved else ()
        ):
            yield text_of((*path, key)), value, origin


def _stage(
    sources: Sources, stage: Stage, path: KeyPath, set_path: KeyPath
) -> Iterator[tuple[str, object, str]]:
    app = sources.app_document
    inherited: dict[str, tuple[KeyPath, ...]] = {
        "region": ((*set_path, "default_region"), (*PIPELINE, "region")),
    }
    simple = (
        *("account", "region", "manual_approval", "manual_approval_reason"),
        *("parameter_namespace", "removal_policy"),
    )
    for key in simple:
        candidates = ((*path, key), *inherited.get(key, ()))
        yield key, getattr(stage, key), _origin(app, *candidates)
    for tag, text in stage.tags.items():
        candidates = tuple((*above, "tags", tag) for above in (path, set_path, (APP_ROOT,)))
        yield f"tags.{tag}", text, _origin(app, *candidates)
    for key, value, origin in _values(app, stage.bootstrap, BOOTSTRAP, (*path, "bootstrap")):
        yield f"bootstrap.{key}", value, origin
    yield from _toolkit(app, stage.bootstrap, (*path, "bootstrap"))


def _toolkit(
    app: Document, bootstrap: Bootstrap, path: KeyPath
) -> Iterator[tuple[str, object, str]]:
    """How the CDK's bootstrap is made: what the account says, else what all of them say."""
    above = (*ORG, "bootstrap")
    for key, value, origin in _values(app, bootstrap.toolkit, TOOLKIT, path, above):
        yield f"bootstrap.{key}", value, origin


def _projects(
    sources: Sources, projects: Projects, set_path: KeyPath
) -> Iterator[tuple[str, object, str]]:
    """What holds for the projects of the stage's set."""
    blocks: tuple[tuple[KeyPath, object, Mapping[str, str]], ...] = (
        ((), projects, PROJECTS),
        (("approvers",), projects.approvers, APPROVERS),
        (("protected_branches",), projects.protected_branches, BRANCHES),
    )
    for below, resolved, keys in blocks:
        places = tuple((*above, "projects", *below) for above in (set_path, (APP_ROOT,)))
        for key, value, origin in _values(sources.app_document, resolved, keys, *places):
            yield ".".join(("projects", *(str(part) for part in below), key)), value, origin


def _network(sources: Sources, set_name: str, stage_name: str) -> Iterator[tuple[str, object, str]]:
    document = sources.infra_document
    network = sources.config.network(set_name, stage_name)
    own = sources.network_path(set_name, stage_name)
    paths: tuple[KeyPath, ...] = (own, DEFAULT_NETWORK)
    kind, keys = "create_network", CREATED
    if isinstance(network, ImportNetwork):
        paths = (own,)
        kind, keys = "import_network", IMPORTED
    for key, value, origin in _values(document, network, keys, *paths):
        if key != "endpoints":
            yield f"{kind}.{key}", value, origin
    for key, on in network.endpoints.items():
        candidates = tuple((*above, "endpoints", key) for above in paths)
        yield f"endpoints.{key}", on, _origin(document, *candidates)


def _studio(sources: Sources, set_name: str, stage_name: str) -> Iterator[tuple[str, object, str]]:
    studio = sources.config.studio(set_name, stage_name)
    document = sources.infra_document
    stage = sources.studio_path(set_name, stage_name) or ()
    yield "deploy_studio", studio is not None, _origin(document, (*stage, "deploy_studio"))
    if studio is None:
        return
    yield from _values(document, studio, STUDIO, stage)
    jobs = [(*place, "jobs") for place in sources.sagemaker_paths(set_name)]
    for key, value, origin in _values(document, studio.jobs, JOBS, *jobs):
        yield f"jobs.{key}", value, origin
    for persona in dict.fromkeys(user.persona for user in studio.users):
        names = [user.profile_name for user in studio.users if user.persona == persona]
        path = sources.profiles_path(set_name, persona)
        yield f"profiles.{path[-1]}", names, _origin(document, path)


def _values(
    document: Document, resolved: object, keys: Mapping[str, str], *blocks: KeyPath
) -> Iterator[tuple[str, object, str]]:
    """The values that keys fill, each with the first of the blocks that has the key."""
    for key, name in keys.items():
        yield key, getattr(resolved, name), _origin(document, *((*b, key) for b in blocks))


def _origin(document: Document, *candidates: KeyPath) -> str:
    """The first of the places that is in the file."""
    for path in candidates:
        if path in document.lines:
            return f"{document.file.name}:{document.lines[path]}"
    return DEFAULT


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={entry}" for key, entry in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(entry) for entry in value)
    return str(value)
