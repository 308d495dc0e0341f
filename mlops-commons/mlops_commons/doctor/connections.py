"""Whether the connections to git hosts are finished, which takes a person."""

from collections.abc import Iterator
from typing import Any

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.delivery_source import DeliverySource, SourceType
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities import names
from mlops_commons.utilities.console import console

GUIDE = "docs/how-to/choose-a-source.md"


def look_at_connections(
    area: str, row: BootstrapRow, session: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about each connection of the delivery pipelines; one serves several of them."""
    if not row.governs:
        return
    seen: set[str] = set()
    for deployment in config.enabled_deployments:
        for app in apps_of(config, deployment):
            source = config.pipeline.source_of(app)
            if source.type is not SourceType.CONNECTION:
                continue
            stack = names.source_stack(app, deployment.set_name, source.type)
            arn = source.connection_arn or _made(session.client("cloudformation"), stack)
            if arn and arn not in seen:
                seen.add(arn)
                yield _finding(area, session, source, arn)


def _made(cloudformation: Any, stack: str) -> str:
    """The connection that a stack has made; empty where the deployment is still to come."""
    from botocore.exceptions import ClientError

    try:
        found = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return ""
        raise
    kind = "AWS::CodeConnections::Connection"
    return next((str(r["PhysicalResourceId"]) for r in found if r["ResourceType"] == kind), "")


def _finding(area: str, session: Any, source: DeliverySource, arn: str) -> Finding:
    """Source: CodeConnections API Reference, Connection: ConnectionStatus."""
    client = session.client("codestar-connections")
    if arn.split(":")[2] == "codeconnections":
        client = session.client("codeconnections")
    try:
        found = client.get_connection(ConnectionArn=arn)["Connection"]
    except client.exceptions.ResourceNotFoundException:
        return Finding(
            level=Level.ERROR,
            area=area,
            message=f"there is no connection {arn}, or it is not shared with this account",
            remedy=f"write the ARN of one under pipeline.source of cdk-app.yml, see {GUIDE}",
        )
    status, provider = found["ConnectionStatus"], found["ProviderType"]
    named = f"the connection '{found['ConnectionName']}' to {provider}"
    if status != "AVAILABLE":
        region = arn.split(":")[3]
        return Finding(
            level=Level.ERROR,
            area=area,
            message=f"{named} is {status.lower()}: pipelines fetch nothing, and no push starts one",
            remedy="finish it as a person, no API does: "
            f"{console(region)}/codesuite/settings/connections?region={region} , "
            "'Update pending connection'; then publish",
        )
    if source.provider and provider != source.provider:
        return Finding(
            level=Level.ERROR,
            area=area,
            message=f"{named} is not to {source.provider}, which cdk-app.yml names",
            remedy=f"change provider or connection_arn under pipeline.source, see {GUIDE}",
        )
    return Finding(level=Level.OK, area=area, message=f"{named} is available")
