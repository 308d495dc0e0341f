"""Which stacks of an account the configuration has, against the names that are synthesised."""

from pathlib import Path

import pytest
from one_account_set import loaded

from mlops_commons.accounts.platform_stacks import is_of_the_platform, without_configuration
from mlops_commons.config import PlatformConfig

pytestmark = pytest.mark.pure

GOVERNANCE = ("ml-infra-cc-repo-business-unit-1", "ml-infra-deploy-pipeline-business-unit-1")


@pytest.fixture
def config(tmp_path: Path) -> PlatformConfig:
    return loaded(tmp_path)


def place(config: PlatformConfig, stage_name: str) -> tuple[str, str]:
    (deployment,) = config.deployments
    (stage,) = (s for s in deployment.stages if s.stage_name == stage_name)
    return stage.account, stage.region


def test_what_is_configured_is_none(config: PlatformConfig) -> None:
    dev = place(config, "dev")
    assert without_configuration(config, dev, ["dev-mlops-infra"]) == ()
    assert without_configuration(config, dev, ["dev-mlops-sm-project-template"]) == ()
    governance = (config.pipeline.account, config.pipeline.region)
    (deployment,) = config.deployments
    names = [name.replace("business-unit-1", deployment.set_name) for name in GOVERNANCE]
    assert without_configuration(config, governance, names) == ()
    elsewhere = (config.pipeline.account, "us-east-1")
    assert without_configuration(config, elsewhere, [f"{names[1]}-support-us-east-1"]) == ()


def test_a_removed_stage_and_a_removed_set_are_named(config: PlatformConfig) -> None:
    dev = place(config, "dev")
    assert without_configuration(config, dev, ["staging-mlops-infra", "dev-mlops-infra"]) == (
        "staging-mlops-infra",
    )
    governance = (config.pipeline.account, config.pipeline.region)
    gone = ["ml-infra-deploy-pipeline-cards", "ml-infra-cc-repo-cards"]
    assert without_configuration(config, governance, gone) == tuple(sorted(gone))


def test_the_stack_of_another_namespace_is_named(config: PlatformConfig) -> None:
    assert without_configuration(config, place(config, "dev"), ["v2-dev-mlops-infra"])


@pytest.mark.parametrize(
    ("tags", "ours"),
    [
        ([{"Key": "cdk-app", "Value": "PREFIX-infra"}], True),
        ([{"Key": "cdk-app", "Value": "PREFIX-template"}], True),
        ([{"Key": "cdk-app", "Value": "other-infra"}], False),
        ([{"Key": "owner", "Value": "PREFIX-infra"}], False),
        ([], False),
    ],
)
def test_a_stack_is_ours_by_its_tag(
    tags: list[dict[str, str]], ours: bool, config: PlatformConfig
) -> None:
    named = [{**tag, "Value": tag["Value"].replace("PREFIX", config.app_prefix)} for tag in tags]
    assert is_of_the_platform({"StackName": "x", "Tags": named}, config.app_prefix) is ours
