"""What a stage is for: its name says it, or its role; what nobody could mean is refused."""

from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.config.loader import load_sources
from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.contract import StageRole
from mlops_commons.stage import Deployment
from mlops_commons.utilities.errors import ConfigError
from mlops_commons.utilities.paths import SAMPLE

pytestmark = pytest.mark.pure

HEAD = """\
cdk_app_config:
  pipeline: {account: "100000000001", region: eu-west-1}
  deployments:
    - set_name: retail
      stages:
"""
FIRST_LINE = HEAD.count("\n") + 1
EXAMPLES = SAMPLE.parent


def written(folder: Path, *stages: str, projects: str = "{}") -> Path:
    """A file with a stage on each line: `lab role=dev account=...`, or its name alone."""
    text = HEAD.replace("      stages:", f"      projects: {projects}\n      stages:")
    text = HEAD if projects == "{}" else text
    for number, stage in enumerate(stages):
        name, *keys = stage.split()
        values = {"stage_name": name, "account": f'"{200000000000 + number}"'}
        values |= dict(key.split("=", 1) for key in keys)
        text += "        - {" + ", ".join(f"{k}: {v}" for k, v in values.items()) + "}\n"
    file = folder / "cdk-app.yml"
    file.write_text(text)
    return file


def loaded(folder: Path, *stages: str, projects: str = "{}") -> Deployment:
    file = written(folder, *stages, projects=projects)
    (found,) = load_config(file, folder / "none.yml").deployments
    return found


def test_a_stage_plays_what_its_name_or_its_role_says(tmp_path: Path) -> None:
    found = loaded(tmp_path, "Lab role=DEV", "preprod", "uat role=preprod", "live role=prod")
    assert [stage.role for stage in found.stages] == ["dev", "preprod", "preprod", "prod"]
    assert found.dev is found.stages[0]
    assert [stage.manual_approval for stage in found.stages] == [False, True, True, True]


@pytest.mark.parametrize(
    "stages",
    [
        ("dev",),
        ("lab role=dev", "live role=prod"),
        ("dev", "preprod"),
        ("lab role=dev", "int role=preprod", "uat role=preprod", "live role=prod"),
        ("dev", "int role=preprod", "preprod", "live-one role=prod", "live-two role=prod"),
        ("dev", "prod role=prod", "prod-eu role=prod"),
    ],
)
def test_one_to_five_stages_are_taken(tmp_path: Path, stages: tuple[str, ...]) -> None:
    assert len(loaded(tmp_path, *stages).enabled_stages) == len(stages)


@pytest.mark.parametrize(
    ("stages", "line", "said"),
    [
        (("dev", "uat"), 1, "nothing says what the stage 'uat' is for; write 'role:'"),
        (("dev", "uat role=test"), 1, "'test' is not allowed: 'dev', 'preprod' or 'prod'"),
        (("dev", "lab role=dev"), 1, "has a stage that plays dev already, 'dev'"),
        (("uat role=preprod", "live role=prod"), -1, "has no stage that plays dev"),
        (("prod", "dev"), 1, "'dev' (dev) stands after 'prod' (prod)"),
        (
            ("dev", "live role=prod", "uat role=preprod"),
            2,
            "in the order of the file: dev, preprod",
        ),
        (("dev", "prod role=preprod"), 1, "everybody would take it for prod"),
        (("dev", "live-eu role=prod", "liveeu role=prod"), 2, "differ in hyphens only"),
        (
            ("dev", "prod account='300000000000'", "prod-eu account='300000000000' role=prod"),
            2,
            "are in one account",
        ),
        (("lab role=dev", "test account='200000000000' role=prod"), 1, "taken for a role"),
        (("dev", "acceptance-test role=preprod"), 1, "13 at most where projects deploy"),
        (("dev", "uat- role=preprod"), 1, "no letter or digit after a hyphen"),
        (("dev", "deployment role=preprod"), 1, "a word of the templates of projects"),
        (("dev", *(f"s{n} role=preprod" for n in range(5))), 5, "deploy to 5 stages at most"),
        (
            ("dev", "live role=prod manual_approval=false"),
            1,
            "would reach live without an approval",
        ),
    ],
)
def test_what_nobody_means_is_refused_with_its_line(
    tmp_path: Path, stages: tuple[str, ...], line: int, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, *stages)
    found = [problem for problem in caught.value.problems if said in problem.message]
    assert [problem.line for problem in found] == [FIRST_LINE + line], str(caught.value)


def test_names_without_projects_may_be_long_and_many(tmp_path: Path) -> None:
    stages = ["dev", *(f"a-very-long-name-{n} role=preprod" for n in range(7))]
    assert len(loaded(tmp_path, *stages, projects="{enabled: false}").enabled_stages) == 8


def test_studio_and_networks_are_found_by_the_names_of_the_stages() -> None:
    folder = EXAMPLES / "own-stages"
    config = load_sources(folder / "cdk-app.yml", folder / "cdk-infra-app.yml").config
    retail, markets = config.enabled_deployments
    with_studio = [s.stage_name for s in retail.stages if config.studio("retail", s.stage_name)]
    assert with_studio == ["lab"]
    assert [s.role for s in markets.stages].count(StageRole.PROD) == 2


def test_a_set_without_projects_gets_infrastructure_alone() -> None:
    folder = EXAMPLES / "two-stages"
    config = load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    apps = {d.set_name: apps_of(config, d) for d in config.enabled_deployments}
    assert apps == {"retail": ("infra", "template"), "research": ("infra",)}
