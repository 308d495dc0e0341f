"""From what the files say to what holds: inheritance and defaults, once."""

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mlops_commons import stage as platform
from mlops_commons.builds import Builds, BuildVpc, Proxy
from mlops_commons.config import builds_model, model, org_model, projects_model, source_model
from mlops_commons.config import infra_model as infra
from mlops_commons.config.filled import named_values
from mlops_commons.config.resolve_infra import network, studio
from mlops_commons.config.values import ConfigModel
from mlops_commons.contract import StageRole
from mlops_commons.delivery_source import DeliverySource, DeliverySources
from mlops_commons.organization import (
    PLAIN_ROLES,
    AccessLogArchive,
    ExistingKeys,
    FlowLogArchive,
    Organization,
    OrgBoundary,
    RoleNames,
)
from mlops_commons.utilities import names
from mlops_commons.utilities.toolkit import Toolkit

Block = TypeVar("Block", FlowLogArchive, AccessLogArchive, ExistingKeys, BuildVpc, Proxy, RoleNames)


def resolve(
    app: model.CdkAppConfig, infra_app: infra.CdkInfraAppConfig, directory: Path
) -> platform.PlatformConfig:
    """The complete configuration; the texts of the files are added by the loader.

    Args:
        directory: the folder of `cdk-app.yml`.
    """
    deployments = tuple(_deployment(app, entry, directory) for entry in app.deployments)
    roles = {
        (d.set_name.lower(), s.stage_name.lower()): s.role for d in deployments for s in d.stages
    }
    studios = {pair: studio(infra_app.sagemaker, *pair, role) for pair, role in roles.items()}
    return platform.PlatformConfig(
        app_prefix=app.app_prefix,
        tags=app.tags,
        org=_organization(app.org),
        pipeline=platform.Governance(
            account=app.pipeline.account,
            region=app.pipeline.region,
            source=_sources(app.pipeline.source),
            code_commit=_code_commit(app.pipeline.code_commit),
            reviews=platform.Reviews(**named_values(platform.Reviews, app.pipeline.reviews)),
            notify=app.pipeline.notify,
            bootstrap=_bootstrap(
                app.org.bootstrap,
                app.pipeline.bootstrap,
                (app.pipeline.account, app.pipeline.region),
                directory,
            ),
        ),
        portfolio=platform.Portfolio(**named_values(platform.Portfolio, app.portfolio)),
        deployments=deployments,
        networks={pair: network(infra_app.network, *pair) for pair in roles},
        studios={pair: found for pair, found in studios.items() if found},
    )


def _organization(entry: org_model.OrgFile) -> Organization:
    return Organization(
        required_tags=tuple(entry.required_tags),
        permissions_boundary=_boundary(entry.permissions_boundary),
        flow_logs=_block(FlowLogArchive, entry.flow_logs),
        access_logs=_block(AccessLogArchive, entry.access_logs),
        keys=_block(ExistingKeys, entry.keys),
        builds=_builds(entry.builds),
        roles=_block(RoleNames, entry.roles) or PLAIN_ROLES,
    )


def _builds(entry: builds_model.BuildsFile) -> Builds:
    named = {key: value for key, value in named_values(Builds, entry).items() if value is not None}
    blocks = {"vpc": _block(BuildVpc, entry.vpc), "proxy": _block(Proxy, entry.proxy)}
    return Builds(**{**named, **blocks})


def _boundary(entry: org_model.PermissionsBoundaryFile | None) -> OrgBoundary | None:
    if entry is None:
        return None
    rows = entry.deny or ()
    denials = tuple(row.model_dump(by_alias=True, exclude_unset=True) for row in rows)
    return OrgBoundary(**{**named_values(OrgBoundary, entry), "denials": denials})


def _block(kind: type[Block], entry: ConfigModel | None) -> Block | None:
    if entry is None:
        return None
    named = named_values(kind, entry)
    return kind(**{key: value for key, value in named.items() if value is not None})


def _sources(entry: source_model.DeliverySourcesFile) -> DeliverySources:
    return DeliverySources(
        infra=_source(entry.infra), project_template=_source(entry.project_template)
    )


def _source(entry: source_model.DeliverySourceFile) -> DeliverySource:
    named = named_values(DeliverySource, entry)
    return DeliverySource(**{key: value for key, value in named.items() if value is not None})


def _code_commit(entry: model.CodeCommitFile) -> platform.CodeCommit:
    default = platform.CodeCommit
    return platform.CodeCommit(
        infra=_repository(default.infra, entry.infra),
        project_template=_repository(default.project_template, entry.project_template),
    )


def _repository(default: platform.Repository, entry: model.RepositoryFile) -> platform.Repository:
    return replace(default, **named_values(platform.Repository, entry))


def _deployment(
    app: model.CdkAppConfig, entry: model.DeploymentFile, directory: Path
) -> platform.Deployment:
    return platform.Deployment(
        set_name=entry.set_name,
        enabled=entry.enabled,
        tags={**app.tags, **entry.tags},
        projects=_projects(app.projects, entry.projects),
        stages=tuple(_stage(app, entry, stage, directory) for stage in entry.stages),
    )


def _projects(*blocks: projects_model.ProjectsFile) -> platform.Projects:
    """Key by key what the later block names, in the blocks within a block too."""
    approvers = named_values(platform.Approvers, *(block.approvers for block in blocks))
    branches = named_values(
        platform.ProtectedBranches, *(block.protected_branches for block in blocks)
    )
    named = {
        **named_values(platform.Projects, *blocks),
        "approvers": platform.Approvers(**approvers),
        "protected_branches": platform.ProtectedBranches(**branches),
    }
    return platform.Projects(**named)


def _stage(
    app: model.CdkAppConfig,
    deployment: model.DeploymentFile,
    stage: model.StageFile,
    directory: Path,
) -> platform.Stage:
    region = stage.region or deployment.default_region or app.pipeline.region
    role, approval = role_of(stage), stage.manual_approval
    return platform.Stage(
        stage_name=stage.stage_name,
        role=role,
        account=stage.account,
        region=region,
        enabled=stage.enabled,
        manual_approval=role is not StageRole.DEV if approval is None else approval,
        manual_approval_reason=stage.manual_approval_reason or "",
        parameter_namespace=(stage.parameter_namespace or "").strip("/"),
        removal_policy=stage.removal_policy,
        tags={**app.tags, **deployment.tags, **stage.tags},
        budget=(
            platform.Budget(amount=budget.amount, email=budget.email)
            if (budget := stage.costs.budget)
            else None
        ),
        bootstrap=_bootstrap(
            app.org.bootstrap, stage.bootstrap, (stage.account, region), directory
        ),
    )


def role_of(stage: model.StageFile) -> StageRole:
    """What a stage is for; where nothing says it, which is a problem of its own, preprod."""
    named = stage.stage_name.lower()
    return stage.role or (StageRole(named) if named in set(StageRole) else StageRole.PREPROD)


def _bootstrap(
    everywhere: org_model.ToolkitFile,
    entry: model.BootstrapFile,
    place: tuple[str, str],
    directory: Path,
) -> platform.Bootstrap:
    # A path in the file starts at the package, the folder above the configuration's.
    own = entry.execution_policy_filepath
    file = directory.parent / own if own else directory / names.execution_policy_file(*place)
    named = {
        **named_values(platform.Bootstrap, entry),
        "aws_profile": entry.aws_profile or names.aws_profile(*place),
        "execution_policy_filepath": file,
        "toolkit": _toolkit(everywhere, entry, directory),
    }
    return platform.Bootstrap(**named)


def _toolkit(
    everywhere: org_model.ToolkitFile, entry: org_model.ToolkitFile, directory: Path
) -> Toolkit:
    named = named_values(Toolkit, everywhere, entry)
    template = named.get("template")
    return Toolkit(
        **{key: value for key, value in named.items() if value is not None}
        | {"template": directory.parent / template if template else None}
    )
