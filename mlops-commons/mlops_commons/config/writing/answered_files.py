"""The text of both files from answers; what the answers do not speak of stays as it was."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.config.document import read_document
from mlops_commons.config.sources import APP_ROOT, INFRA_ROOT
from mlops_commons.config.writing.answers import Answers, NetworkAnswer, SetAnswer, StageAnswer

APP_HEADING: Final = """\
# yaml-language-server: $schema=cdk-app.schema.json
# Which accounts there are; every key: ./mlops-multi-account.sh config explain
"""
INFRA_HEADING: Final = """\
# yaml-language-server: $schema=cdk-infra-app.schema.json
# Networks and Studio; every key: ./mlops-multi-account.sh config explain
"""
Block = dict[str, Any]


def cdk_app_text(answers: Answers, current: str = "") -> str:
    """The content of `cdk-app.yml`.

    Args:
        current: the content of the file so far; sets and stages are matched by their names.
    """
    content = _content(current, APP_ROOT)
    pipeline = _block(content.get("pipeline"))
    repositories = _given(repo_name=answers.repo_name, branch_name=answers.branch_name)
    if repositories:
        pipeline["code_commit"] = {**_block(pipeline.get("code_commit")), "infra": repositories}
    content["pipeline"] = {
        "account": answers.account,
        "region": answers.region,
        **_without(pipeline, "account", "region", "bootstrap"),
        **_bootstrap(pipeline, answers.aws_profile),
    }
    known = _named(content.get("deployments"), "set_name")
    deployments = [_deployment(entry, known) for entry in answers.sets]
    rest = _without(content, "app_prefix", "deployments")
    ordered = {"app_prefix": answers.app_prefix, **rest, "deployments": deployments}
    return APP_HEADING + _yaml({APP_ROOT: ordered})


def infra_text(answers: Answers, current: str = "") -> str:
    """The content of `cdk-infra-app.yml`.

    Args:
        current: the content of the file so far; what it says of sets that are gone is dropped.
    """
    content = _content(current, INFRA_ROOT)
    network = _block(content.get("network"))
    known = _named(network.get("deployments"), "set_name")
    deployments = [_networks(entry, known) for entry in answers.sets]
    network["deployments"] = [entry for entry in deployments if entry["stages"]]
    sagemaker = _block(content.get("sagemaker"))
    names = {entry.set_name.lower() for entry in answers.sets}
    studios = _named(sagemaker.get("deployments"), "set_name")
    sagemaker["deployments"] = [studio for name, studio in studios.items() if name in names]
    sagemaker["profiles"] = {**_block(sagemaker.get("profiles")), **_profiles(answers)}
    filled = _given(**{**content, "network": _given(**network), "sagemaker": _given(**sagemaker)})
    return INFRA_HEADING + _yaml({INFRA_ROOT: filled})


def _deployment(entry: SetAnswer, known: Mapping[str, Block]) -> Block:
    before = known.get(entry.set_name.lower(), {})
    stages = _named(before.get("stages"), "stage_name")
    return {
        "set_name": entry.set_name,
        **_without(before, "set_name", "default_region", "stages"),
        **_given(default_region=entry.default_region),
        "stages": [_stage(stage, stages) for stage in entry.stages],
    }


def _stage(stage: StageAnswer, known: Mapping[str, Block]) -> Block:
    before = known.get(stage.stage_name.lower(), {})
    answered = ("stage_name", "account", "region", "manual_approval", "bootstrap")
    return {
        "stage_name": stage.stage_name,
        "account": stage.account,
        **_given(region=stage.region, manual_approval=stage.manual_approval),
        **_without(before, *answered),
        **_bootstrap(before, stage.aws_profile),
    }


def _bootstrap(before: Mapping[str, Any], aws_profile: str) -> Block:
    rest = _without(_block(before.get("bootstrap")), "aws_profile")
    return _given(bootstrap=_given(aws_profile=aws_profile, **rest))


def _networks(entry: SetAnswer, known: Mapping[str, Block]) -> Block:
    before = known.get(entry.set_name.lower(), {})
    stages = _named(before.get("stages"), "stage_name")
    return {
        "set_name": entry.set_name,
        "stages": [
            {
                "stage_name": stage.stage_name,
                **_network(stage.network, stages.get(stage.stage_name.lower(), {})),
            }
            for stage in entry.stages
            if stage.network
        ],
    }


def _network(network: NetworkAnswer, before: Mapping[str, Any]) -> Block:
    if network.vpc_id:
        answered = _given(
            vpc_id=network.vpc_id,
            subnets=list(network.subnets),
            base_security_group=network.base_security_group,
            vpc_cidr=network.vpc_cidr,
        )
        return {"import_network": {**_block(before.get("import_network")), **answered}}
    answered = _given(vpc_cidr=network.vpc_cidr, egress=str(network.egress))
    return {"create_network": {**_block(before.get("create_network")), **answered}}


def _profiles(answers: Answers) -> Block:
    return {
        users.group: _given(
            prefix=users.prefix,
            users=[{"user_profile_name": name} for name in users.profile_names],
        )
        for users in answers.users
    }


def _content(text: str, root: str) -> Block:
    """What stands below the root key, with numbers and truth values as people write them."""
    document = read_document(Path(root), text).content
    return _block(_plain(_block(document).get(root)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if value in ("true", "false"):
        return value == "true"
    # Longer numbers are account ids, and those with a zero in front are not numbers to YAML.
    return int(value) if re.fullmatch("0|[1-9][0-9]{0,9}", value or "") else value


def _block(value: Any) -> Block:
    return dict(value) if isinstance(value, dict) else {}


def _named(entries: Any, key: str) -> dict[str, Block]:
    """The entries of a list by their name in lower case."""
    rows: Iterable[Any] = entries if isinstance(entries, list) else ()
    blocks = [row for row in map(_block, rows) if row.get(key)]
    return {str(row[key]).lower(): row for row in blocks}


def _without(block: Mapping[str, Any], *keys: str) -> Block:
    return {key: value for key, value in block.items() if key not in keys}


def _given(**values: Any) -> Block:
    """The values that are there; False is one."""
    return {key: value for key, value in values.items() if value not in ("", None, [], (), {})}


class _Indented(yaml.SafeDumper):
    """Lists indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _yaml(content: Block) -> str:
    return yaml.dump(content, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=100)
