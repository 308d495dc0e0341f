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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published = folder / "published"
        self.app, self.infra = folder / "cdk-app.yml", folder / "cdk-infra-app.yml"
        self.app.write_text(ONE_SET)
        self.infra.write_text(USERS)
        self.sources = load_sources(self.app, self.infra)
        (self.deployment,) = self.sources.config.deployments
        texts = {CDK_APP_CONFIG: ONE_SET, CDK_INFRA_APP_CONFIG: USERS}
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
