"""Stacks of stages as an app makes them, created in an account without a pipeline."""

import importlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts_of_tests import Accounts

from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.config import load_config

NAMED = ["CAPABILITY_NAMED_IAM"]
QUALIFIER = "hnb659fds"
PATIENCE = 240
"""Seconds for a stack of a stage; alone it takes some twenty."""


@dataclass(frozen=True)
class Made:
    """What the app of the infrastructure makes of a configuration.

    Attributes:
        folder: the cloud assembly.
    """

    folder: Path
    stacks: Mapping[str, StackSummary]

    def template(self, stack: str) -> str:
        return (self.folder / self.stacks[stack].template).read_text()


def made(folder: Path, app: str, infra: str = "") -> Made:
    """Synthesise the infrastructure of a configuration."""
    folder.mkdir()
    (folder / "app.yml").write_text(app)
    (folder / "infra.yml").write_text(infra)
    config = load_config(folder / "app.yml", folder / "infra.yml")
    out = folder / "cdk.out"
    importlib.import_module("mlops_infra.application").build_app(config, outdir=str(out)).synth()
    return Made(out, {stack.stack: stack for stack in read_stacks(out)})


def bootstrap(accounts: Accounts) -> None:
    """What a stack expects of the CDK's bootstrap: a version, and a bucket for assets."""
    version(accounts)
    assets(accounts)


def version(accounts: Accounts) -> None:
    """The parameter that each template asks for."""
    accounts.client("ssm").put_parameter(
        Name=f"/cdk-bootstrap/{QUALIFIER}/version", Type="String", Value="29"
    )


def assets(accounts: Accounts) -> None:
    """The bucket of assets."""
    accounts.client("s3").create_bucket(
        Bucket=_bucket(accounts),
        CreateBucketConfiguration={"LocationConstraint": accounts.region},
    )


def _bucket(accounts: Accounts) -> str:
    return f"cdk-{QUALIFIER}-assets-{accounts.account}-{accounts.region}"


def publish_assets(accounts: Accounts, found: Made) -> None:
    """Upload the assets of an assembly whose place is this account."""
    for manifest in found.folder.rglob("*.assets.json"):
        files: dict[str, Any] = json.loads(manifest.read_text())["files"]
        for file in files.values():
            source = manifest.parent / file["source"]["path"]
            for place in file["destinations"].values():
                if place["bucketName"] == _bucket(accounts):
                    body = _zipped(source) if source.is_dir() else source.read_bytes()
                    accounts.client("s3").put_object(
                        Bucket=place["bucketName"], Key=place["objectKey"], Body=body
                    )


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return content.getvalue()


def created(accounts: Accounts, found: Made, stack: str) -> tuple[str, list[str]]:
    """Create a stack and wait; answers with its status and the reasons of what failed."""
    publish_assets(accounts, found)
    # CreateStack takes 51,200 characters of a template; a longer one lies in S3.
    bucket, key = _bucket(accounts), f"{stack}.json"
    accounts.client("s3").put_object(Bucket=bucket, Key=key, Body=found.template(stack))
    accounts.client("cloudformation").create_stack(
        StackName=stack,
        TemplateURL=f"https://s3.{accounts.region}.amazonaws.com/{bucket}/{key}",
        Capabilities=NAMED,
    )
    return ended(accounts, stack)


def deleted(accounts: Accounts, stack: str) -> None:
    """Delete a stack and wait until it is gone."""
    accounts.client("cloudformation").delete_stack(StackName=stack)
    status, reasons = ended(accounts, stack)
    assert status == "DELETE_COMPLETE", (status, reasons)


def ended(accounts: Accounts, stack: str) -> tuple[str, list[str]]:
    """How an operation on a stack has ended, and why."""
    cloudformation = accounts.client("cloudformation")
    (newest,) = [
        row["StackId"]
        for row in cloudformation.list_stacks()["StackSummaries"]
        if row["StackName"] == stack
    ][:1]
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        status = cloudformation.describe_stacks(StackName=newest)["Stacks"][0]["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            break
        time.sleep(0.2)
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=newest)
    reasons = [
        f"{event['ResourceType']}: {event.get('ResourceStatusReason', '')}"
        for page in pages
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("FAILED")
    ]
    return str(status), reasons
