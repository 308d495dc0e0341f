"""What stays in an account when its stacks are gone, and the command that removes each."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.accounts.platform_stacks import without_configuration
from mlops_commons.config import PlatformConfig
from mlops_commons.teardown.inventory import LAUNCHED, PROJECT_ID, Inventory
from mlops_commons.teardown.plan import Kind, Step
from mlops_commons.utilities import names
from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.paths import APP_DIRECTORIES

RETAINED: Final = ("Retain", "RetainExceptOnCreate")
LOG_GROUPS: Final = ("/aws/codebuild/", "/aws/lambda/", "/aws/sagemaker/", "/aws/codepipeline/")
"""Made by services on first use, outside of every stack."""
COMMANDS: Final = {
    "AWS::S3::Bucket": "aws s3 rb --force s3://{id}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --key-id {id}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {id}",
    "AWS::ECR::Repository": "aws ecr delete-repository --force --repository-name {id}",
    "AWS::SageMaker::Pipeline": "aws sagemaker delete-pipeline --pipeline-name {id}",
    "AWS::CloudFormation::Stack": "aws cloudformation delete-stack --stack-name {id}",
}
"""By type; the others go through Cloud Control, which knows every type of the registry."""
OTHERS: Final = "aws cloudcontrol delete-resource --type-name {type} --identifier {id}"


@dataclass(frozen=True, kw_only=True, order=True)
class Leftover:
    """Something that AWS keeps."""

    account: str
    region: str
    type: str
    id: str
    why: str
    command: str


def leftover(row: BootstrapRow, kind: str, physical_id: str, why: str) -> Leftover:
    """A leftover with the command that removes it."""
    command = COMMANDS.get(kind, OTHERS).format(type=kind, id=shlex.quote(physical_id))
    where = f" --region {row.region} --profile {shlex.quote(row.profile)}"
    return Leftover(
        account=row.account,
        region=row.region,
        type=kind,
        id=physical_id,
        why=why,
        command=command + where,
    )


def everything_left(
    places: Iterable[Inventory],
    steps: Iterable[Step],
    sessions: Mapping[str, Any],
    config: PlatformConfig,
) -> tuple[Leftover, ...]:
    """What every account keeps, read before anything goes.

    Args:
        sessions: boto3 sessions by the CDK's name of account and region.
    """
    found: list[Leftover] = []
    for place in places:
        session = sessions[place.row.environment]
        found += _made_by_services(place, session)
        found += _without_configuration(place, config)
        found += _of_launches(place, session.client("cloudformation"))
    for step in steps:
        if step.kind is Kind.STACK:
            cloudformation = sessions[step.row.environment].client("cloudformation")
            found += _of_stack(step.row, step.name, cloudformation)
    # Each once: a stack that keeps something says more than a look into the account.
    return tuple(sorted({(row.account, row.region, row.id): row for row in found}.values()))


def keep_list(file: Path, leftovers: Iterable[Leftover]) -> None:
    """Add leftovers to those that an earlier run has listed.

    Raises:
        PlatformError: the file cannot be written.
    """
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    rows = {json.dumps(row, sort_keys=True) for row in [*known, *map(asdict, leftovers)]}
    write_atomically(file, json.dumps(list(map(json.loads, sorted(rows))), indent=2) + "\n")


def _without_configuration(place: Inventory, config: PlatformConfig) -> Iterator[Leftover]:
    """Stacks of sets and stages that are gone from cdk-app.yml.

    They are named and not removed: another checkout with the same prefix may own them.
    """
    ours = {names.application(config.app_prefix, app) for app in APP_DIRECTORIES}
    row = place.row
    found = [stack.name for stack in place.stacks if stack.app in ours]
    for name in without_configuration(config, (row.account, row.region), found):
        why = "no set and stage of cdk-app.yml has it"
        yield leftover(row, "AWS::CloudFormation::Stack", name, why)


def _of_launches(place: Inventory, cloudformation: Any) -> Iterator[Leftover]:
    """What the stacks of launched products keep."""
    for stack in place.stacks:
        if stack.name.startswith(LAUNCHED):
            yield from _of_stack(place.row, stack.name, cloudformation)


def _of_stack(row: BootstrapRow, name: str, cloudformation: Any) -> Iterator[Leftover]:
    body = cloudformation.get_template(StackName=name)["TemplateBody"]
    template = body if isinstance(body, dict) else _parsed(body)
    kept = {
        logical
        for logical, resource in template.get("Resources", {}).items()
        if resource.get("DeletionPolicy") in RETAINED
    }
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            if resource["LogicalResourceId"] in kept and resource.get("PhysicalResourceId"):
                why = f"stack {name} keeps it"
                yield leftover(row, resource["ResourceType"], resource["PhysicalResourceId"], why)


def _made_by_services(place: Inventory, session: Any) -> Iterator[Leftover]:
    """Log groups, pipelines of SageMaker that builds have made, and the bootstrap itself."""
    row = place.row
    logs = session.client("logs")
    for prefix in LOG_GROUPS:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        for page in pages:
            for group in page["logGroups"]:
                why = "made by a service on first use"
                yield leftover(row, "AWS::Logs::LogGroup", group["logGroupName"], why)
    if place.projects or any(stack.of_project for stack in place.stacks):
        yield from _pipelines(row, session.client("sagemaker"))
    bootstrap = row.toolkit.toolkit_stack_name
    if any(stack.name == bootstrap for stack in place.stacks):
        why = "the CDK's bootstrap; empty its bucket first"
        yield leftover(row, "AWS::CloudFormation::Stack", bootstrap, why)


def _pipelines(row: BootstrapRow, sagemaker: Any) -> Iterator[Leftover]:
    for page in sagemaker.get_paginator("list_pipelines").paginate():
        for pipeline in page["PipelineSummaries"]:
            name = pipeline["PipelineName"]
            if re.search(PROJECT_ID, name):
                yield leftover(row, "AWS::SageMaker::Pipeline", name, "made by a project's build")


class _Loader(yaml.SafeLoader):
    """Knows the short forms of CloudFormation's functions, whose values are of no interest here."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = yaml.load(text, Loader=_Loader)
    return content if isinstance(content, dict) else {}
