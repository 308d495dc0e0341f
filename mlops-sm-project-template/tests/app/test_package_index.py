"""Where projects' builds find packages when their VPC has no way to the internet."""

from dataclasses import replace

import pytest

from cdk_service_catalog.application import build_app
from mlops_commons.config import load_config
from mlops_commons.stage import PlatformConfig, Projects
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

EXAMPLE = REPOSITORY_ROOT / "examples" / "endpoints-only"


@pytest.fixture
def config() -> PlatformConfig:
    return load_config(EXAMPLE / "cdk-app.yml", EXAMPLE / "cdk-infra-app.yml")


def test_the_example_without_internet_names_an_index(config: PlatformConfig) -> None:
    (deployment,) = config.enabled_deployments
    assert deployment.projects.package_index.startswith("https://")


def test_without_internet_and_index_nothing_is_synthesised_and_the_way_out_is_told(
    config: PlatformConfig,
) -> None:
    bare = [replace(found, projects=Projects()) for found in config.deployments]
    with pytest.raises(PlatformError, match="reach no public package index") as error:
        build_app(replace(config, deployments=tuple(bare)))
    assert "projects.package_index" in str(error.value.hint)
