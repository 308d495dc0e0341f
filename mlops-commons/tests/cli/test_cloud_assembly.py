"""The summary tells what a cloud assembly, made by the real CDK, would deploy where."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("assembly") / "cdk.out"
    app = cdk.App(outdir=str(directory))
    governance = cdk.Environment(account="111111111111", region="eu-west-1")
    parent = cdk.Stack(app, "pipeline-of-a", env=governance, description="a pipeline")
    s3.CfnBucket(parent, "Artifacts")
    for name, account in (("dev", "222222222222"), ("prod", "333333333333")):
        env = cdk.Environment(account=account, region="eu-west-2")
        stage = cdk.Stage(parent, name, env=env)
        stack = cdk.Stack(stage, "network", description=f"network of {name}")
        for number in range(3):
            s3.CfnBucket(stack, f"Bucket{number}")
    cdk.Stack(app, "anywhere")
    app.synth()
    return directory


def test_every_stack_is_listed_with_its_account_role_region_and_size(assembly: Path) -> None:
    rows = [
        (stack.role, stack.account, stack.region, stack.stack, stack.resources, stack.description)
        for stack in read_stacks(assembly)
    ]
    assert rows == [
        ("governance", "111111111111", "eu-west-1", "pipeline-of-a", 1, "a pipeline"),
        ("governance", "unknown-account", "unknown-region", "anywhere", 0, ""),
        ("dev", "222222222222", "eu-west-2", "dev-network", 3, "network of dev"),
        ("prod", "333333333333", "eu-west-2", "prod-network", 3, "network of prod"),
    ]


def test_every_template_named_is_there(assembly: Path) -> None:
    def exists(stack: StackSummary) -> bool:
        return (assembly / stack.template).is_file()

    assert all(map(exists, read_stacks(assembly)))


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"artifacts": {"a": {}}}'])
def test_an_incomplete_assembly_is_an_error_with_a_hint(
    content: str | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(PlatformError, match="not a readable cloud assembly") as caught:
        read_stacks(tmp_path)
    assert "synth --force" in caught.value.hint
