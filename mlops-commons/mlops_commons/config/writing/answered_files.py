"""The text of both files from answers; what the answers do not speak of stays as it was."""

import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

from mlops_commons.config.selection import without_sets
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT
from mlops_commons.config.writing.answers import Answers, NetworkAnswer, SetAnswer, StageAnswer
from mlops_commons.config.writing.round_trip import (
    block_of,
    dump,
    load,
    put,
    put_block,
    put_entries,
    remove,
)
from mlops_commons.utilities.paths import CDK_APP_PLACE, CDK_INFRA_APP_PLACE

APP_HEADING: Final = """\
# yaml-language-server: $schema={schema}
# Which accounts there are; every key: ./mlops-multi-account.sh config explain
"""
INFRA_HEADING: Final = """\
# yaml-language-server: $schema={schema}
# Networks and Studio; every key: ./mlops-multi-account.sh config explain
"""


def cdk_app_text(answers: Answers, current: str = "", folder: Path = CDK_APP_PLACE.parent) -> str:
    """The content of `cdk-app.yml`.

    Args:
        folder: in which the file is, from which editors look for the schema.
        current: the content of the file so far; sets and stages are matched by their names.
    """
    content = load(_with_the_sets_of(answers, current))
    root = block_of(content, APP_ROOT)
    put(root, "app_prefix", answers.app_prefix)
    pipeline = block_of(root, "pipeline")
    put(pipeline, "account", answers.account)
    put(pipeline, "region", answers.region)
    for app, repo_name, branch_name in (
        ("infra", answers.repo_name, answers.branch_name),
        ("project_template", answers.templates_repo_name, answers.templates_branch_name),
    ):
        given = {"repo_name": repo_name, "branch_name": branch_name}
        if named := {key: value for key, value in given.items() if value}:
            put_block(block_of(pipeline, "code_commit"), app, named)
    put_block(pipeline, "bootstrap", {"aws_profile": answers.aws_profile})
    _put_company(root, answers)
    edits = {entry.set_name: partial(_put_set, entry) for entry in answers.sets}
    put_entries(root, "deployments", "set_name", edits)
    return _headed(content, current, APP_HEADING, CDK_APP_PLACE, folder)


def infra_text(
    answers: Answers, current: str = "", folder: Path = CDK_INFRA_APP_PLACE.parent
) -> str:
    """The content of `cdk-infra-app.yml`.

    Args:
        folder: in which the file is, from which editors look for the schema.
        current: the content of the file so far; what it says of sets that are gone is dropped.
    """
    content = load(_with_the_sets_of(answers, current))
    root = block_of(content, INFRA_ROOT)
    network = block_of(root, "network")
    edits = {
        entry.set_name: partial(_put_networks, entry)
        for entry in answers.sets
        if any(stage.network for stage in entry.stages)
    }
    put_entries(network, "deployments", "set_name", edits)
    if answers.users:
        profiles = block_of(block_of(root, "sagemaker"), "profiles")
        for users in answers.users:
            group = block_of(profiles, users.group)
            if users.prefix is not None:
                put(group, "prefix", users.prefix)
            names = {name: partial(_put_name, name) for name in users.profile_names}
            put_entries(group, "users", "user_profile_name", names)
    _remove_empty(root)
    return _headed(content, current, INFRA_HEADING, CDK_INFRA_APP_PLACE, folder)


def _headed(content: Any, current: str, heading: str, place: Path, folder: Path) -> str:
    """The text of a file; a new one begins with the way to its schema."""
    if current.strip():
        return dump(content)
    schema = os.path.relpath(place.with_suffix(".schema.json"), folder.resolve())
    return heading.format(schema=Path(schema).as_posix()) + dump(content)


def _with_the_sets_of(answers: Answers, text: str) -> str:
    """The text without the sets that are gone, and without the comments above them."""
    return without_sets(text, {entry.set_name for entry in answers.sets})


def _put_company(root: Any, answers: Answers) -> None:
    """What holds for every set; what the answers do not name stays."""
    if answers.tags:
        put_block(root, "tags", dict(answers.tags))
    if answers.support_email:
        put_block(root, "portfolio", {"support_email": answers.support_email})
    if answers.boundary:
        put_block(block_of(root, "org"), "permissions_boundary", {"name": answers.boundary})
    if answers.boundary_deny:
        # JSON is YAML: the statements stay as IAM writes them.
        denials = load(f'{{"deny": {answers.boundary_deny}}}')["deny"]
        block_of(root["org"], "permissions_boundary")["deny"] = denials
    for source in answers.sources:
        named = {key: str(value) for key, value in asdict(source).items() if key != "app"}
        put_block(block_of(block_of(root, "pipeline"), "source"), source.app, named)


def _put_set(entry: SetAnswer, block: Any) -> None:
    put(block, "set_name", entry.set_name)
    put(block, "default_region", entry.default_region)
    edits = {stage.stage_name: partial(_put_stage, stage) for stage in entry.stages}
    put_entries(block, "stages", "stage_name", edits)


def _put_stage(stage: StageAnswer, block: Any) -> None:
    put(block, "stage_name", stage.stage_name)
    if stage.role:
        put(block, "role", stage.role)
    put_block(block, "bootstrap", {"aws_profile": stage.aws_profile})
    put(block, "manual_approval", stage.manual_approval)
    put(block, "region", stage.region)
    put(block, "account", stage.account)
    if stage.parameter_namespace:
        put(block, "parameter_namespace", stage.parameter_namespace)


def _put_networks(entry: SetAnswer, block: Any) -> None:
    put(block, "set_name", entry.set_name)
    edits = {
        stage.stage_name: partial(_put_network, stage.stage_name, stage.network)
        for stage in entry.stages
        if stage.network
    }
    put_entries(block, "stages", "stage_name", edits)


def _put_name(name: str, block: Any) -> None:
    put(block, "user_profile_name", name)


def _put_network(stage_name: str, network: NetworkAnswer, block: Any) -> None:
    put(block, "stage_name", stage_name)
    if network.vpc_id:
        remove(block, "create_network")
        answered = {
            "vpc_cidr": network.vpc_cidr,
            "secondary_cidrs": network.secondary_cidrs,
            "base_security_group": network.base_security_group,
            "subnets": network.subnets,
            "vpc_id": network.vpc_id,
        }
        put_block(block, "import_network", {k: v for k, v in answered.items() if v})
    else:
        remove(block, "import_network")
        created = {
            "egress": str(network.egress),
            "vpc_cidr": network.vpc_cidr,
            "secondary_cidrs": network.secondary_cidrs,
        }
        put_block(block, "create_network", {k: v for k, v in created.items() if v})


def _remove_empty(root: Any) -> None:
    for block in (root.get("network"), root.get("sagemaker")):
        if block is not None and not block.get("deployments", True):
            del block["deployments"]
    for key in ("network", "sagemaker"):
        if key in root and not root[key]:
            del root[key]
