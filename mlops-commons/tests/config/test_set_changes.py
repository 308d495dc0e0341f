"""What is said of a configuration that has changed since its set was published."""

from pathlib import Path

import pytest
from one_account_set import ONE_SET

from mlops_commons.config.loader import load_sources
from mlops_commons.config.published import change_notes, check_published, keep, network_problems
from mlops_commons.config.set_snapshot import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

USERS = """\
cdk_infra_app_config:
  sagemaker:
    profiles:
      data_scientists:
        prefix: ds
        users:
          - user_profile_name: ana
          - user_profile_name: ben
"""


class Desk:
    """A checkout whose set is published, and then changed."""

    def __init__(self, folder: Path, infra: str = USERS) -> None:
        self.folder = folder
        self.published = folder / "published"
        self.app, self.infra = folder / "cdk-app.yml", folder / "cdk-infra-app.yml"
        self.app.write_text(ONE_SET)
        self.infra.write_text(infra)
        self.sources = load_sources(self.app, self.infra)
        (self.deployment,) = self.sources.config.deployments
        self.texts = {CDK_APP_CONFIG: ONE_SET, CDK_INFRA_APP_CONFIG: infra}
        self.keep()

    def keep(self, removal_policy: str = "retain") -> None:
        """Let it be published as it was, with data of dev that is retained or not."""
        dev = "stage_name: dev\n"
        policy = f"{dev}          removal_policy: {removal_policy}\n"
        texts = {file: text.replace(dev, policy) for file, text in self.texts.items()}
        texts[CDK_INFRA_APP_CONFIG] = self.texts[CDK_INFRA_APP_CONFIG]
        keep(self.deployment.set_name, texts, self.published)

    def change(self, before: str, after: str, *, infra: bool = False) -> None:
        file = self.infra if infra else self.app
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))
        self.sources = load_sources(self.app, self.infra)

    def notes(self) -> str:
        found = change_notes(self.sources, folder=self.published)
        return "\n".join(f"{change.message} -> {change.remedy}" for change in found)

    def refusals(self) -> list[str]:
        found = network_problems(self.sources, self.deployment.set_name, self.published)
        return list(map(str, found))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_without_a_change_nothing_is_said(desk: Desk) -> None:
    assert (desk.notes(), desk.refusals()) == ("", [])


def test_another_user_needs_nothing(desk: Desk) -> None:
    more = "- user_profile_name: ben\n          - user_profile_name: cleo"
    desk.change("- user_profile_name: ben", more, infra=True)
    assert (desk.notes(), desk.refusals()) == ("", [])


def test_of_a_user_who_goes_the_apps_must_go_first(desk: Desk) -> None:
    desk.change("          - user_profile_name: ben\n", "", infra=True)
    assert "loses ds-ben" in desk.notes()
    assert "delete their apps and spaces first" in desk.notes()


def test_a_stage_that_is_gone_is_named_with_what_removes_it(desk: Desk) -> None:
    stage = desk.deployment.stages[-1]
    desk.change("stage_name: prod", "enabled: false\n          stage_name: prod")
    assert f"prod-mlops-infra in {stage.account} stays" in desk.notes()
    assert "aws cloudformation delete-stack --stack-name prod-mlops-infra" in desk.notes()
    assert desk.refusals() == []


def test_a_set_that_is_gone_is_named_with_every_stack(desk: Desk) -> None:
    desk.change(f"set_name: {desk.deployment.set_name}", "set_name: another")
    for stage in desk.deployment.stages:
        assert f"{stage.stage_name}-mlops-infra" in desk.notes()


def test_a_renamed_stage_is_refused_with_its_line(desk: Desk) -> None:
    desk.change("stage_name: preprod", "stage_name: staging\n          role: preprod")
    (refusal,) = desk.refusals()
    assert "cdk-app.yml:" in refusal
    assert "stage 'preprod' becomes 'staging'" in refusal
    assert "delete preprod-mlops-infra first" in refusal
    with pytest.raises(ConfigError):
        check_published(desk.sources, desk.published)


def test_another_namespace_is_refused(desk: Desk) -> None:
    desk.change("stage_name: preprod", "parameter_namespace: v2\n          stage_name: preprod")
    (refusal,) = desk.refusals()
    assert "another stack beside preprod-mlops-infra" in refusal


def test_a_stage_that_moves_must_be_bootstrapped_and_leaves_a_stack(desk: Desk) -> None:
    old = desk.deployment.stages[-1].account
    desk.change(old, "999999999999")
    assert f"prod-mlops-infra in {old} stays" in desk.notes()
    assert "bootstrapped before the pipeline reaches it" in desk.notes()


def test_a_new_stage_must_be_bootstrapped(desk: Desk) -> None:
    desk.change(
        "        - stage_name: prod",
        '        - stage_name: load\n          role: preprod\n          account: "999999999999"\n        - stage_name: prod',
    )
    assert "stage 'load'" in desk.notes()
    assert "./mlops-multi-account.sh bootstrap --set" in desk.notes()
    assert desk.refusals() == []


def test_another_prefix_and_another_branch_say_what_comes_first(desk: Desk) -> None:
    prefix = desk.sources.config.app_prefix
    pipeline = "  pipeline:\n"
    desk.change(f"app_prefix: {prefix}", "app_prefix: bank")
    desk.change(pipeline, f"{pipeline}    code_commit:\n      infra: {{branch_name: release}}\n")
    assert f"app_prefix becomes 'bank', it was '{prefix}'" in desk.notes()
    assert "push 'release' first, then: ./mlops-multi-account.sh infra deploy" in desk.notes()


def test_roles_move_to_another_path_only_under_other_names(desk: Desk) -> None:
    """IAM knows one role of a name in an account, and CloudFormation makes the new one first."""
    block = "cdk_app_config:\n  org: {roles: {path: /platform/}}\n"
    desk.change("cdk_app_config:\n", block)
    refusals = desk.refusals()
    assert len(refusals) == len(desk.deployment.enabled_stages)
    assert "org.roles.path becomes '/platform/', it was '/'" in refusals[0]
    assert "change org.roles.name_prefix too" in refusals[0]
    desk.change("{path: /platform/}", "{path: /platform/, name_prefix: acme-}")
    assert desk.refusals() == []
    assert "org.roles.name_prefix becomes 'acme-', it was ''" in desk.notes()
    assert "bootstrap --set" in desk.notes()


STUDIO = """\
cdk_infra_app_config:
  sagemaker:
    auth_mode: SSO
    mlflow: true
    profiles:
      data_scientists:
        prefix: ds
        users:
          - {user_profile_name: ana, identity_center_user: ana@example.com}
      lead_data_scientists: {users: []}
    deployments:
      - set_name: business-unit-1
        stages:
          - stage_name: dev
            domain_name: notebooks
"""
KEY = "arn:aws:kms:eu-west-1:222222222222:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.fixture
def studio_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, infra=STUDIO)


@pytest.mark.parametrize(
    ("before", "after", "line", "said", "remedy"),
    [
        (
            "domain_name: notebooks",
            "domain_name: studio",
            15,
            "domain_name of 'dev' becomes 'studio-business-unit-1-dev', it was "
            "'notebooks-business-unit-1-dev'",
            "delete dev-mlops-infra and its domain first",
        ),
        (
            "auth_mode: SSO",
            "auth_mode: IAM",
            3,
            "auth_mode of 'dev' becomes 'IAM', it was 'SSO'",
            "delete dev-mlops-infra and its domain first",
        ),
        (
            "ana@example.com",
            "ben@example.com",
            5,
            "identity_center_user of 'ds-ana' becomes 'ben@example.com', it was 'ana@example.com'",
            "give the new person a user_profile_name of their own",
        ),
    ],
)
def test_what_a_domain_or_a_profile_cannot_change_is_refused_with_its_line(
    studio_desk: Desk, before: str, after: str, line: int, said: str, remedy: str
) -> None:
    if after == "auth_mode: IAM":
        # Users of Identity Center are for a domain that signs in by it.
        text = studio_desk.infra.read_text()
        studio_desk.infra.write_text(text.replace(", identity_center_user: ana@example.com", ""))
    studio_desk.change(before, after, infra=True)
    (refusal,) = studio_desk.refusals()
    assert f"cdk-infra-app.yml:{line}: " in refusal
    assert said in refusal
    assert remedy in refusal


def test_another_key_of_studio_is_refused(desk: Desk) -> None:
    desk.change("cdk_app_config:\n", f"cdk_app_config:\n  org: {{keys: {{studio: '{KEY}'}}}}\n")
    (refusal,) = desk.refusals()
    assert "cdk-app.yml:2: org.keys.studio: org.keys.studio of 'dev' becomes" in refusal
    assert "it was 'none of your own'" in refusal


def test_studio_that_goes_says_what_becomes_of_the_domain(studio_desk: Desk) -> None:
    studio_desk.change(
        "stage_name: dev", "stage_name: dev\n            deploy_studio: false", infra=True
    )
    assert studio_desk.refusals() == []
    assert "Studio of 'dev' goes" in studio_desk.notes()
    assert "'notebooks-business-unit-1-dev' stays without a stack" in studio_desk.notes()
    assert "the MLflow App is deleted with its runs" in studio_desk.notes()
    studio_desk.keep(removal_policy="destroy")
    assert "is deleted, with what is in its spaces" in studio_desk.notes()


def test_an_mlflow_app_that_goes_takes_its_runs_along(studio_desk: Desk) -> None:
    studio_desk.change("    mlflow: true\n", "", infra=True)
    assert "the MLflow App of 'dev' is deleted with its runs" in studio_desk.notes()
    assert studio_desk.refusals() == []


@pytest.mark.parametrize("name", ["PreProd", "PREPROD"])
def test_a_stage_in_another_case_is_a_renamed_one(desk: Desk, name: str) -> None:
    desk.change("stage_name: preprod", f"stage_name: {name}")
    (refusal,) = desk.refusals()
    assert f"stage 'preprod' becomes '{name}'" in refusal
    assert "delete preprod-mlops-infra first" in refusal


def test_a_set_in_another_case_is_refused(desk: Desk) -> None:
    desk.change("set_name: business-unit-1", "set_name: Business-Unit-1")
    (refusal,) = desk.refusals()
    assert "deployments[0].set_name" in refusal
    assert "set 'business-unit-1' becomes 'Business-Unit-1'" in refusal


def test_pipelines_that_move_leave_the_old_ones(desk: Desk) -> None:
    desk.change("region: eu-west-1", "region: eu-central-1\n    # moved")
    assert "move to 111111111111 in eu-central-1" in desk.notes()
    for app in ("infra", "template"):
        command = f"delete-stack --stack-name ml-{app}-deploy-pipeline-business-unit-1"
        assert f"{command} --region eu-west-1 --profile mlops-governance" in desk.notes()


def test_another_source_says_what_is_to_be_deployed(desk: Desk) -> None:
    pipeline = "  pipeline:\n"
    desk.change(pipeline, f"{pipeline}    source: {{infra: {{type: s3}}}}\n")
    assert "takes what it delivers from 'codecommit' (mlops-infra_business-unit-1)" in desk.notes()
    assert "and then from 's3'; ml-infra-cc-repo-business-unit-1 stays" in desk.notes()
    deploy = (
        "infra deploy ml-infra-archive-business-unit-1 ml-infra-deploy-pipeline-business-unit-1"
    )
    assert deploy in desk.notes()


def test_projects_that_go_leave_their_portfolio(desk: Desk) -> None:
    desk.change("cdk_app_config:\n", "cdk_app_config:\n  projects: {enabled: false}\n")
    assert "dev-mlops-sm-project-template in 222222222222 stays" in desk.notes()
    assert "--stack-name ml-template-deploy-pipeline-business-unit-1" in desk.notes()


def test_a_user_on_another_project_is_told_what_keeps_the_old_one(desk: Desk) -> None:
    desk.change("cdk_app_config:\n", "cdk_app_config:\n  projects: {separation: project}\n")
    ana = "- user_profile_name: ana"
    desk.change(ana, f"{ana}\n            project: p-abc123", infra=True)
    assert "'ds-ana' works on p-abc123 and no longer on none" in desk.notes()
