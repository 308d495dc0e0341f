"""Answers become files and come back from them; flags and the older layout are answers too."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from older_layout import ENTRY, older_layout
from one_account_set import DEFAULTS, ONE_SET

from mlops_commons.cli.config.making.flags import Flags, complete, with_flags
from mlops_commons.config.explaining.origins import effective_values
from mlops_commons.config.loader import load_sources
from mlops_commons.config.sources import Sources
from mlops_commons.config.writing.answered_files import cdk_app_text, infra_text
from mlops_commons.config.writing.answers import (
    Answers,
    NetworkAnswer,
    SetAnswer,
    SourceAnswer,
    StageAnswer,
    UsersAnswer,
)
from mlops_commons.config.writing.current_answers import current_answers
from mlops_commons.config.writing.migration import migration
from mlops_commons.config.writing.writer import check_texts, replace_files
from mlops_commons.delivery_source import SourceType
from mlops_commons.stage import EgressMode
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import EXAMPLES

pytestmark = pytest.mark.pure

IMPORTED = NetworkAnswer(
    vpc_id="vpc-0123456789abcdef0",
    subnets=("subnet-0123456789abcdef0",),
    base_security_group="sg-0123456789abcdef0",
    vpc_cidr="10.9.0.0/16",
)
CREATED = NetworkAnswer(vpc_cidr="10.3.0.0/16", egress=EgressMode.ENDPOINTS_ONLY)
DENY = '[{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}]'
ANSWERS = Answers(
    app_prefix="bank",
    region="eu-central-1",
    account="100000000001",
    aws_profile="central",
    users=(UsersAnswer(group="data_scientists", prefix=None, profile_names=("ana", "bob")),),
    support_email="ml@example.com",
    tags=(("team", "ml"),),
    boundary="corp/ml-boundary",
    boundary_deny=DENY,
    sources=(
        SourceAnswer(
            app="infra",
            type=SourceType.CONNECTION,
            provider="GitHub",
            repository="example/infra-{set}",
        ),
    ),
    sets=(
        SetAnswer(
            set_name="retail",
            default_region="eu-west-1",
            stages=(
                StageAnswer(stage_name="dev", account="100000000002", network=CREATED),
                StageAnswer(
                    stage_name="preprod",
                    account="100000000003",
                    manual_approval=False,
                    network=IMPORTED,
                ),
            ),
        ),
    ),
)


def files(folder: Path, app: str, infra: str = DEFAULTS) -> tuple[Path, Path]:
    written = folder / "cdk-app.yml", folder / "cdk-infra-app.yml"
    for file, text in zip(written, (app, infra), strict=True):
        file.write_text(text)
    return written


def sources(folder: Path, app: str, infra: str = DEFAULTS) -> Sources:
    return load_sources(*files(folder, app, infra))


def test_answers_that_were_written_are_proposed_again(tmp_path: Path) -> None:
    found = sources(tmp_path, cdk_app_text(ANSWERS), infra_text(ANSWERS))
    # Denials are read from a document once, and stay in the file.
    assert current_answers(found) == replace(ANSWERS, boundary_deny="")
    boundary = found.app.org.permissions_boundary
    assert boundary and boundary.deny and boundary.deny[0].action == ("iam:CreateUser",)


def test_placeholder_accounts_are_no_answer(tmp_path: Path) -> None:
    found = current_answers(sources(tmp_path, ONE_SET))
    assert {stage.account for stage in found.sets[0].stages} == {""}


def test_what_the_answers_do_not_speak_of_stays_in_sets_and_stages() -> None:
    before = """\
cdk_app_config:
  tags: {owner: platform}
  deployments:
    - set_name: Retail
      tags: {unit: retail}
      stages:
        - {stage_name: dev, account: "1", parameter_namespace: one, bootstrap: {enabled: false}}
"""
    text = cdk_app_text(ANSWERS, before)
    for kept in ("owner: platform", "unit: retail", "parameter_namespace: one", "enabled: false"):
        assert kept in text


def test_studio_of_sets_that_are_gone_goes_and_the_rest_stays() -> None:
    before = """\
cdk_infra_app_config:
  network:
    default_create_network: {vpc_nat_gateways: 0}
  sagemaker:
    deployments:
      - {set_name: gone, stages: []}
      - {set_name: Retail, profiles: {data_scientists: {prefix: x}}}
"""
    text = infra_text(ANSWERS, before)
    assert "gone" not in text
    assert "vpc_nat_gateways: 0" in text
    assert "prefix: x" in text


WRITTEN = """\
# accounts of the bank
cdk_app_config:
  app_prefix: 'bank'  # short
  pipeline: {account: "100000000001", region: eu-central-1}
  tags: {owner: platform}

  # one entry for each unit
  deployments:
    # retail banking
    - set_name: retail
      stages:
        - &dev
          account: 012345670123 # not a number
          stage_name: dev
          bootstrap: &boot {enabled: true}
        # people approve
        - <<: *dev
          stage_name: prod
          account: "100000000003"
    # credit cards
    - set_name: cards
      stages: [{stage_name: dev, account: "100000000004", bootstrap: *boot}]
# the end
"""


def answers_of(folder: Path, app: str) -> Answers:
    return current_answers(sources(folder, app))


def test_what_is_answered_as_before_stays_byte_for_byte(tmp_path: Path) -> None:
    assert cdk_app_text(answers_of(tmp_path, WRITTEN), WRITTEN) == WRITTEN


@pytest.mark.parametrize("folder", sorted({file.parent for file in EXAMPLES.glob("*/*.yml")}))
def test_in_an_example_only_the_answers_change(folder: Path) -> None:
    app, infra = folder / "cdk-app.yml", folder / "cdk-infra-app.yml"
    found = current_answers(load_sources(app, infra))
    for file, text in ((app, cdk_app_text), (infra, infra_text)):
        before, after = file.read_text(), text(found, file.read_text())
        changed = set(before.splitlines()) ^ set(after.splitlines())
        assert {line.split(":")[0].strip(" -") for line in changed} <= {"account", "egress"}
        assert text(found, after) == after


def with_other_dev(found: Answers) -> Answers:
    retail, *others = found.sets
    dev = replace(retail.stages[0], account="098765432109", aws_profile="p", region="eu-west-1")
    return replace(found, sets=(replace(retail, stages=(dev, *retail.stages[1:])), *others))


def test_comments_order_and_quotes_stay_around_an_answer(tmp_path: Path) -> None:
    before = WRITTEN.replace("&dev\n          ", "").replace("<<: *dev\n          ", "")
    before = before.replace("&boot ", "").replace("*boot", "{enabled: true}")
    after = cdk_app_text(with_other_dev(answers_of(tmp_path, before)), before)
    removed = [line.strip() for line in before.splitlines() if line not in after.splitlines()]
    added = [line.strip() for line in after.splitlines() if line not in before.splitlines()]
    assert removed == ["- account: 012345670123 # not a number", "bootstrap: {enabled: true}"]
    assert added == [
        '- account: "098765432109" # not a number',
        "region: eu-west-1",
        "bootstrap: {enabled: true, aws_profile: p}",
    ]


def test_what_shares_an_anchor_with_an_answer_keeps_its_values(tmp_path: Path) -> None:
    changed = with_other_dev(answers_of(tmp_path, WRITTEN))
    text = cdk_app_text(changed, WRITTEN)
    assert answers_of(tmp_path, text) == changed
    assert "bootstrap: *boot" in text


def test_a_set_that_is_gone_takes_the_comments_above_it_along(tmp_path: Path) -> None:
    text = WRITTEN.replace("&boot ", "").replace(", bootstrap: *boot", "")
    found = answers_of(tmp_path, text)
    left = cdk_app_text(replace(found, sets=found.sets[:1]), text)
    gone = text[text.index("    # credit cards") : text.index("# the end")]
    assert left == text.replace(gone, "")


@pytest.mark.parametrize("account", ["012345670123", "100000000009"])
def test_an_account_is_written_as_text_for_other_programs_too(account: str) -> None:
    text = cdk_app_text(replace(ANSWERS, account=account))
    assert yaml.safe_load(text)["cdk_app_config"]["pipeline"]["account"] == account


def test_every_value_has_the_line_that_it_comes_from(tmp_path: Path) -> None:
    app, infra = cdk_app_text(ANSWERS), infra_text(ANSWERS)
    values = effective_values(sources(tmp_path, app, infra))
    texts = {"cdk-app.yml": app.splitlines(), "cdk-infra-app.yml": infra.splitlines()}
    for value in values:
        name, _, line = value.origin.partition(":")
        key = value.key.rpartition(".")[2]
        if value.origin != "default" and key != "region":
            assert f"{key}:" in texts[name][int(line) - 1], value
    regions = [value.origin for value in values if value.key == "region"]
    assert texts["cdk-app.yml"][int(regions[1].partition(":")[2]) - 1].strip() == (
        "default_region: eu-west-1"
    )


def test_problems_of_answers_name_the_files_and_nothing_is_written(tmp_path: Path) -> None:
    app, infra = files(tmp_path, ONE_SET)
    with pytest.raises(ConfigError) as refused:
        check_texts({app: ONE_SET.replace("dev", "d")}, app, infra)
    assert {problem.file for problem in refused.value.problems} <= {app, infra}
    assert app.read_text() == ONE_SET


def test_copies_of_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    app, _ = files(tmp_path, "one")
    now = datetime(2030, 1, 2, 3, 4, 5)
    first = replace_files({app: "two"}, now)[app]
    second = replace_files({app: "three"}, now)[app]
    assert first and second and first != second
    assert (first.read_text(), second.read_text()) == ("one", "two")
    assert replace_files({app: "three"}, now) == {}


def test_flags_win_over_what_the_files_say() -> None:
    stage = "new/dev=100000000009,profile=p,approval=yes,vpc-cidr=10.7.0.0/16,egress=endpoints-only"
    found = with_flags(ANSWERS, Flags(region="eu-west-2", stages=(stage,)))
    assert (found.region, found.app_prefix) == ("eu-west-2", "bank")
    (answer,) = found.sets[0].stages
    assert (answer.account, answer.manual_approval) == ("100000000009", True)
    assert answer.network == NetworkAnswer(vpc_cidr="10.7.0.0/16", egress=EgressMode.ENDPOINTS_ONLY)


def test_secondary_ranges_of_a_flag_are_written_and_read_back(tmp_path: Path) -> None:
    stage = "business-unit-1/dev=222222222222,vpc-cidr=10.7.0.0/24,secondary-cidrs=100.64.0.0/16"
    answers = with_flags(ANSWERS, Flags(stages=(f"{stage}+100.65.0.0/16",)))
    (tmp_path / "app.yml").write_text(cdk_app_text(answers, ONE_SET))
    (tmp_path / "infra.yml").write_text(infra_text(answers))
    found = current_answers(load_sources(tmp_path / "app.yml", tmp_path / "infra.yml"))
    (answer,) = found.sets[0].stages
    assert answer.network == NetworkAnswer(
        vpc_cidr="10.7.0.0/24", secondary_cidrs=("100.64.0.0/16", "100.65.0.0/16")
    )


def test_a_missing_account_is_read_from_its_profile() -> None:
    found = with_flags(ANSWERS, Flags(stages=("new/dev=,profile=p",)))
    assert complete(found, lambda profile, region: "100000000009").sets[0].stages[0].account == (
        "100000000009"
    )


def test_a_stage_with_neither_account_nor_profile_is_refused() -> None:
    found = with_flags(ANSWERS, Flags(stages=("new/dev=",)))
    with pytest.raises(PlatformError, match="new/dev"):
        complete(found, lambda profile, region: "")


def test_the_older_layout_is_read_with_what_lies_beside_it(tmp_path: Path) -> None:
    found = migration(older_layout(tmp_path), app_prefix="bank")
    assert found.answers.account == "012345670123"
    assert len(found.read) == 4
    (note,) = found.notes
    assert "never delete the old stack" in note
    assert infra_text(found.answers).count("vpc-0123456789abcdef0") == 1


def test_with_several_sets_imported_networks_are_left_to_the_person(tmp_path: Path) -> None:
    file = older_layout(tmp_path)
    file.write_text(json.dumps([ENTRY, {**ENTRY, "SET_NAME": "cards"}]))
    found = migration(file, app_prefix="bank")
    assert "by hand" in found.notes[-1]
    assert all(stage.network is None for entry in found.answers.sets for stage in entry.stages)


@pytest.mark.parametrize("content", ["not json", "[]", '[{"SET_NAME": "retail"}]'])
def test_a_file_of_another_layout_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(content)
    with pytest.raises(PlatformError):
        migration(file, app_prefix="bank")
