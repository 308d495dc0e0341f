"""What AWS refuses is refused here first, with the line; what AWS takes is taken."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.contract import StageRole
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

HEAD = """\
cdk_app_config:
  app_prefix: mlops
  pipeline: {{account: "100000000001", region: eu-west-1{commits}}}
  deployments:
"""


def app(commits: str = "", region: str = "", **sets: str) -> str:
    """A file with sets, whose stages get an account each."""
    text, account = HEAD.format(commits=commits), 200000000000
    for name, stages in sets.items():
        text += f"    - set_name: {name.replace('_', '-')}\n      stages:\n"
        for stage in stages.split():
            account += 1
            role = "" if stage.lower() in set(StageRole) else ", role: preprod"
            text += f'        - {{stage_name: {stage}, account: "{account}"{region}{role}}}\n'
    return text


def network(text: str, stage: str = "dev") -> str:
    return f"""\
cdk_infra_app_config:
  network:
    deployments:
      - set_name: one
        stages:
          - stage_name: {stage}
            {text}
"""


def imported(subnets: int, more: str = "") -> str:
    names = ", ".join(f"subnet-{number:017x}" for number in range(subnets))
    return (
        f"import_network: {{vpc_id: vpc-0123456789abcdef0, subnets: [{names}], "
        f"base_security_group: sg-0123456789abcdef0{more}}}"
    )


def load(folder: Path, app_text: str, infra_text: str = "") -> PlatformConfig:
    (folder / "app.yml").write_text(app_text)
    (folder / "infra.yml").write_text(infra_text)
    return load_config(folder / "app.yml", folder / "infra.yml")


def refused(folder: Path, app_text: str, infra_text: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, app_text, infra_text)
    assert all(problem.line for problem in caught.value.problems)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("sets", "kind"),
    [
        ({"emea": "dev preprod uk-prod", "emea_uk": "dev prod"}, "assembly folder"),
        ({"EMEA": "dev a-bb", "emea_a": "dev BB"}, "assembly folder"),
        ({"a": "dev", "a_support_eu_west_1": "dev"}, "stack"),
    ],
)
def test_names_that_join_to_the_same_letters_are_refused(
    tmp_path: Path, sets: dict[str, str], kind: str
) -> None:
    found = refused(tmp_path, app(**sets))
    assert any("would both have the" in problem and kind in problem for problem in found), found


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "main~1", "a b", "-rf", "a..b", "a.lock", "x.lock/y", "@", "HEAD", "a@{1}"),
        *("/main", "main/", "main.", "a//b", "a/.b", "a:b", "a?", "[a", "refs/heads/main"),
        "b" * 257,
    ],
)
def test_a_branch_that_git_or_codecommit_refuses_is_refused(tmp_path: Path, name: str) -> None:
    commits = f", code_commit: {{infra: {{branch_name: {json.dumps(name)}}}}}"
    found = refused(tmp_path, app(commits, one="dev"))
    assert any("is not the name of a branch" in problem for problem in found), found


@pytest.mark.parametrize("name", ["main", "feature/x", "release-1.0", "a@b", "ü", "v1.lockfile"])
def test_a_branch_that_git_takes_is_taken(tmp_path: Path, name: str) -> None:
    git = shutil.which("git")
    assert git and subprocess.run([git, "check-ref-format", "--branch", name]).returncode == 0
    commits = f", code_commit: {{infra: {{branch_name: {name}}}}}"
    loaded = load(tmp_path, app(commits, one="dev"))
    assert loaded.pipeline.code_commit.infra.branch_name == name


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("support_email", "ml_admins"),
        ("support_email", "a@b, c@d"),
        ("support_email", "a@b\nBcc: c@d"),
        ("support_email", "a" * 250 + "@b.c"),
        ("support_url", "wiki"),
        ("support_url", "https:///ml"),
        ("support_url", "https://" + "a" * 2076),
        ("provider_name", "n" * 51),
    ],
)
def test_whom_service_catalog_names_has_the_form_that_it_takes(
    tmp_path: Path, key: str, value: str
) -> None:
    text = app(one="dev").replace(
        "  deployments:", f"  portfolio: {{{key}: {json.dumps(value)}}}\n  deployments:"
    )
    (found,) = refused(tmp_path, text)
    assert found.startswith(f"portfolio.{key}: ")


def test_a_value_that_fills_screens_is_cut(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, app(one="dev").replace("set_name: one", f"set_name: {'x' * 100_000}"))
    assert len(str(caught.value)) < 10_000


@pytest.mark.parametrize("name", ["../x", "a b", "mlops.git", "é"])
def test_a_repository_that_codecommit_refuses_is_refused_where_it_is_named(
    tmp_path: Path, name: str
) -> None:
    commits = f", code_commit: {{infra: {{repo_name: {json.dumps(name)}}}}}"
    (found,) = refused(tmp_path, app(commits, one="dev"))
    assert found.startswith("pipeline.code_commit.infra.repo_name: ")
    assert f"'{name}'" in found


def test_where_there_are_no_sets_none_is_proposed(tmp_path: Path) -> None:
    networks = "cdk_infra_app_config: {network: {deployments: [{set_name: one}]}}\n"
    (found,) = refused(tmp_path, app(), networks)
    assert found.endswith("cdk-app.yml has no set 'one'; it has none")


def test_both_apps_need_a_repository_each(tmp_path: Path) -> None:
    commits = ", code_commit: {infra: {repo_name: same}, project_template: {repo_name: same}}"
    (found,) = refused(tmp_path, app(commits, one="dev"))
    assert "app 'template' of set 'one' and app 'infra' of set 'one'" in found
    assert "repository 'same_one'" in found


def test_two_domains_in_one_account_have_two_names(tmp_path: Path) -> None:
    text = app(a_b="dev", b="dev").replace(
        '"200000000002"', '"200000000001", parameter_namespace: n'
    )
    domain = """\
cdk_infra_app_config:
  sagemaker:
    deployments:
      - set_name: b
        stages:
          - {stage_name: dev, create_service_catalog_roles: false, domain_name: %s}
"""
    load(tmp_path, text, domain % "other")
    (found,) = refused(tmp_path, text, domain % "studio-domain-a")
    assert "would both have the Studio domain 'studio-domain-a-b-dev'" in found


@pytest.mark.parametrize(
    "name", ["Source", "build", "Assets", "UpdatePipeline", "Delivery", "governance"]
)
def test_a_stage_cannot_have_a_name_of_the_pipeline(tmp_path: Path, name: str) -> None:
    found = refused(tmp_path, app(one=f"dev {name}"))
    assert f"'{name}' cannot be the name of a stage" in found[0]


def test_a_pipeline_has_fifty_stages_at_most(tmp_path: Path) -> None:
    stages = "dev " + " ".join(f"s{number}" for number in range(45))
    without = "  projects: {enabled: false}\n"
    load(tmp_path, app(one=stages) + without)
    (found,) = refused(tmp_path, app(one=stages + " s99") + without)
    assert "46 stages at most" in found


def test_a_domain_takes_sixteen_subnets(tmp_path: Path) -> None:
    load(tmp_path, app(one="dev"), network(imported(16)))
    (found,) = refused(tmp_path, app(one="dev"), network(imported(17)))
    assert "17 subnets" in found and "16 at most" in found


def test_three_hundred_users_are_the_most(tmp_path: Path) -> None:
    def users(count: int) -> str:
        names = ", ".join(f"{{user_profile_name: u{number}}}" for number in range(count))
        return f"""\
cdk_infra_app_config:
  sagemaker:
    profiles:
      data_scientists: {{users: [{names}]}}
      lead_data_scientists: {{users: []}}
"""

    load(tmp_path, app(one="dev"), users(300))
    (found,) = refused(tmp_path, app(one="dev", two="dev"), users(301))[:1]
    assert found.startswith("sagemaker.profiles.data_scientists: 301 users")
    assert "300 at most" in found


def test_the_roles_of_projects_count_as_resources_too(tmp_path: Path) -> None:
    def users(count: int) -> str:
        names = ", ".join(f"{{user_profile_name: u{n}, project: p-{n}}}" for n in range(count))
        return f"""\
cdk_infra_app_config:
  sagemaker:
    profiles:
      data_scientists: {{users: [{names}]}}
      lead_data_scientists: {{users: []}}
"""

    separated = app(one="dev").replace(
        "cdk_app_config:\n", "cdk_app_config:\n  projects: {separation: project}\n"
    )
    load(tmp_path, separated, users(100))
    (found,) = refused(tmp_path, separated, users(101))[:1]
    assert "two more for each role on a project" in found


@pytest.mark.parametrize("where", ["stage", "everywhere"])
def test_an_app_for_all_projects_does_not_keep_them_apart(tmp_path: Path, where: str) -> None:
    text = "cdk_infra_app_config:\n  sagemaker:\n"
    text += (
        "    mlflow: true\n"
        if where == "everywhere"
        else "    deployments: [{set_name: one, stages: [{stage_name: dev, mlflow: true}]}]\n"
    )
    separated = app(one="dev").replace(
        "cdk_app_config:\n", "cdk_app_config:\n  projects: {separation: project}\n"
    )
    load(tmp_path, app(one="dev"), text)
    (found,) = refused(tmp_path, separated, text)
    at = "sagemaker.mlflow" if where == "everywhere" else "deployments[0].stages[0].mlflow"
    assert at in found and "write 'mlflow: false'" in found


@pytest.mark.parametrize(
    ("cidr", "reason"),
    [
        ("127.0.0.0/16", "127.0.0.0/8"),
        ("169.254.0.0/16", "169.254.0.0/16"),
        ("224.0.0.0/16", "224.0.0.0/3"),
        ("172.17.0.0/20", "containers of SageMaker"),
        ("10.0.0.0/0.0.255.255", "a number of bits"),
        ("10.0.0.0/255.255.0.0", "a number of bits"),
        ("10.0.0.0/8", "a VPC allows /16 to /28"),
    ],
)
def test_ranges_that_no_vpc_may_have_are_refused(tmp_path: Path, cidr: str, reason: str) -> None:
    (found,) = refused(tmp_path, app(one="dev"), network(f"create_network: {{vpc_cidr: {cidr}}}"))
    assert reason in found


def test_a_local_zone_is_no_availability_zone(tmp_path: Path) -> None:
    zones = "create_network: {availability_zones: [eu-west-1a, eu-west-1-lon-1a]}"
    (found,) = refused(tmp_path, app(one="dev"), network(zones))
    assert "'eu-west-1-lon-1a' is no availability zone" in found


def test_imported_networks_may_have_one_range(tmp_path: Path) -> None:
    two = network(imported(2, ", vpc_cidr: 10.0.0.0/16"))
    two += two.partition("stages:\n")[2].replace("dev", "prod")
    config = load(tmp_path, app(one="dev prod"), two)
    assert {n.vpc_cidr for n in config.networks.values()} == {"10.0.0.0/16"}
