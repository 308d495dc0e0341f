"""Where projects are kept apart, those listed for a project work on it, and nobody else."""

import pytest

from mlops_commons.config import Deployment, PlatformConfig, Stage, load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_rehearsal.acts.people_of_projects import complete_projects, missing_people
from mlops_rehearsal.world.projects import Project

pytestmark = pytest.mark.pure


def dev_of(example: str) -> tuple[PlatformConfig, Deployment, Stage]:
    folder = EXAMPLES / example
    config = load_config(folder / CDK_APP_CONFIG.name, folder / CDK_INFRA_APP_CONFIG.name)
    deployment = config.deployments[0]
    assert deployment.dev
    return config, deployment, deployment.dev


def launched(example: str, project_id: str) -> tuple[Project, PlatformConfig]:
    config, deployment, dev = dev_of(example)
    project = Project(
        deployment=deployment, dev=dev, product="any", name="churn", project_id=project_id
    )
    return project, config


def test_a_project_is_complete_with_a_data_scientist_and_a_lead() -> None:
    # p-beta has a data scientist, and nobody who approves.
    assert complete_projects(*dev_of("separate-projects")) == ["p-alpha"]


def test_who_is_missing_is_named_with_the_id_to_write() -> None:
    assert missing_people(*launched("separate-projects", "p-alpha")) == ""
    assert "'project: p-beta'" in missing_people(*launched("separate-projects", "p-beta"))


def test_whoever_reaches_all_projects_of_a_set_is_listed_for_none() -> None:
    assert missing_people(*launched("sample", "p-beta")) == ""
