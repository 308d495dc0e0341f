"""What users add, delivered and launched: the extensions of the guide, and two products."""

import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from mlops_commons.contract import Persona
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_rehearsal.acts.bootstrap import wrapper
from mlops_rehearsal.acts.launch import play_launch
from mlops_rehearsal.acts.table import acts_until
from mlops_rehearsal.acts.upgrade import AS_A_DEVELOPER
from mlops_rehearsal.timeline import Request, play, world_of
from mlops_rehearsal.world.personas import persona_credentials
from mlops_rehearsal.world.world import World

pytestmark = pytest.mark.rehearsal

GUIDE: Final = REPOSITORY_ROOT / "docs" / "how-to" / "add-your-own-resources.md"
EXAMPLES: Final = REPOSITORY_ROOT / APP_DIRECTORIES["template"] / "tests" / "products"
PRODUCTS: Final = f"{APP_DIRECTORIES['template']}/cdk_service_catalog/products"
LAUNCHED: Final = {"Forecast with features": "AWS::DynamoDB::Table", "Report": "AWS::KMS::Key"}
"""The products by name, and what the stack of each has beside or instead of a standard project."""


def extensions_of_the_guide() -> Iterator[tuple[str, str]]:
    """The path in the repository and the content of each."""
    blocks = re.findall(r" {3}```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for block in map(textwrap.dedent, blocks):
        first, rest = block.split("\n", 1)
        yield first.removeprefix("# "), rest


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The shipped sample with all of them, delivered to every account by its pipelines."""
    with world_of(Request()) as found:
        for path, content in extensions_of_the_guide():
            (found.checkout / path).write_text(content, encoding="utf-8")
        shutil.copytree(EXAMPLES, found.checkout / PRODUCTS, dirs_exist_ok=True)
        for arguments in AS_A_DEVELOPER:
            wrapper(found, arguments[0], *arguments)
        for act in acts_until("world"):
            play(found, act)
        yield found


def resources(world: World, account: str, region: str, prefix: str) -> Mapping[str, list[str]]:
    """The physical ids of what the stacks of an account have made, by type."""
    stacks = world.administrator("cloudformation", account, region)
    found: dict[str, list[str]] = {}
    for stack in stacks.describe_stacks()["Stacks"]:
        if stack["StackName"].startswith(prefix) and stack["StackStatus"] == "CREATE_COMPLETE":
            rows = stacks.describe_stack_resources(StackName=stack["StackName"])
            for row in rows["StackResources"]:
                found.setdefault(row["ResourceType"], []).append(row["PhysicalResourceId"])
    return found


def test_the_guide_shows_a_bucket_a_connection_a_dashboard_and_a_lake() -> None:
    shown = {Path(path).name for path, _ in extensions_of_the_guide()}
    assert shown == {
        *("dashboard.py", "glue_connection.py", "lake_and_model.py", "reference_data.py"),
    }


def test_extensions_are_delivered_and_a_data_scientist_reads_the_bucket(world: World) -> None:
    stages = world.config.enabled_deployments[0].enabled_stages
    made = [resources(world, stage.account, stage.region, "") for stage in stages]
    assert all({"AWS::Glue::Connection", "AWS::CloudWatch::Dashboard"} <= set(m) for m in made)
    dev = stages[0]
    buckets = [name for name in made[0]["AWS::S3::Bucket"] if "reference" in name.lower()]
    administrator = world.administrator("s3", dev.account, dev.region)
    for bucket in buckets:
        administrator.put_object(Bucket=bucket, Key="table.csv", Body=b"1,2")
    credentials = persona_credentials(world, dev, Persona.DATA_SCIENTIST)
    reader = world.client("s3", dev.region, credentials)
    read = [b for b in buckets if _may_read(reader, b)]
    assert len(read) == 1, buckets


def _may_read(reader: object, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        reader.get_object(Bucket=bucket, Key="table.csv")  # type: ignore[attr-defined]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


@pytest.mark.parametrize(("product", "kind"), LAUNCHED.items())
def test_products_of_both_kinds_are_launched_with_the_derived_role(
    world: World, product: str, kind: str
) -> None:
    play_launch(replace(world, product=product))
    project = world.projects[-1]
    assert project.product == product
    assert kind in resources(world, project.dev.account, project.dev.region, "SC-")
