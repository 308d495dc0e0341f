"""The answers that the files hold so far, as the wizard proposes them."""

from collections.abc import Iterator

from mlops_commons.config import model
from mlops_commons.config.infra_model import CdkInfraAppConfig, CreateNetworkFile
from mlops_commons.config.loader import PLACEHOLDER_ACCOUNTS
from mlops_commons.config.source_model import DeliverySourceFile, DeliverySourcesFile
from mlops_commons.config.sources import Sources
from mlops_commons.config.studio_model import ProfileGroupFile
from mlops_commons.config.values import ConfigModel
from mlops_commons.config.writing.answers import (
    Answers,
    NetworkAnswer,
    SetAnswer,
    SourceAnswer,
    StageAnswer,
    UsersAnswer,
)
from mlops_commons.contract import USER_GROUPS

Networks = dict[tuple[str, str], NetworkAnswer]


def current_answers(sources: Sources) -> Answers:
    """What both files say; the sample's placeholders count as no answer."""
    app = sources.app
    networks = _networks(sources.infra)
    return Answers(
        app_prefix=app.app_prefix,
        region=app.pipeline.region,
        account=_real(app.pipeline.account),
        aws_profile=app.pipeline.bootstrap.aws_profile,
        sets=tuple(_set(entry, networks) for entry in app.deployments),
        users=tuple(_users(sources.infra)),
        support_email=_said(app.portfolio, "support_email"),
        tags=tuple(app.tags.items()),
        boundary=app.org.permissions_boundary.name if app.org.permissions_boundary else "",
        sources=tuple(_sources(app.pipeline.source)),
    )


def _set(entry: model.DeploymentFile, networks: Networks) -> SetAnswer:
    return SetAnswer(
        set_name=entry.set_name,
        default_region=entry.default_region or "",
        stages=tuple(
            StageAnswer(
                stage_name=stage.stage_name,
                account=_real(stage.account),
                role=stage.role or "",
                aws_profile=stage.bootstrap.aws_profile,
                region=stage.region or "",
                parameter_namespace=stage.parameter_namespace or "",
                manual_approval=stage.manual_approval,
                network=networks.get((entry.set_name.lower(), stage.stage_name.lower())),
            )
            for stage in entry.stages
        ),
    )


def _users(infra: CdkInfraAppConfig) -> Iterator[UsersAnswer]:
    """The groups of which the file names users; their prefixes stay as they are."""
    for group in USER_GROUPS.values():
        found: ProfileGroupFile | None = getattr(infra.sagemaker.profiles, group.name, None)
        if found and found.users is not None:
            names = tuple(user.user_profile_name for user in found.users)
            yield UsersAnswer(group=group.name, prefix=None, profile_names=names)


def _sources(source: DeliverySourcesFile) -> Iterator[SourceAnswer]:
    """Those that the file names, each with what it says itself."""
    for app in source.model_fields_set:
        found: DeliverySourceFile = getattr(source, app)
        yield SourceAnswer(
            app=app,
            type=found.type,
            **{
                name: _said(found, name)
                for name in ("provider", "repository", "branch_name", "connection_arn", "remote")
            },
        )


def _said(block: ConfigModel, name: str) -> str:
    """A value that the file gives itself; empty for a default."""
    value = getattr(block, name) if name in block.model_fields_set else None
    return str(value) if value is not None else ""


def _networks(infra: CdkInfraAppConfig) -> Networks:
    found: Networks = {}
    for deployment in infra.network.deployments:
        for stage in deployment.stages:
            place = (deployment.set_name.lower(), stage.stage_name.lower())
            if stage.import_network:
                imported = stage.import_network
                found[place] = NetworkAnswer(
                    vpc_id=imported.vpc_id,
                    subnets=imported.subnets,
                    base_security_group=imported.base_security_group,
                    vpc_cidr=imported.vpc_cidr or "",
                    secondary_cidrs=imported.secondary_cidrs,
                )
            elif stage.create_network:
                found[place] = _created(stage.create_network, infra.network.default_create_network)
    return found


def _created(own: CreateNetworkFile, default: CreateNetworkFile) -> NetworkAnswer:
    """What a stage's network says itself, and the way out that it has even so."""
    has_range = "vpc_cidr" in own.model_fields_set
    has_egress = "egress" in own.model_fields_set
    return NetworkAnswer(
        vpc_cidr=own.vpc_cidr if has_range else "",
        secondary_cidrs=own.secondary_cidrs,
        egress=own.egress if has_egress else default.egress,
    )


def _real(account: str) -> str:
    return "" if account in PLACEHOLDER_ACCOUNTS else account
