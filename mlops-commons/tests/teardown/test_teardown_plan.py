"""The order of a teardown, from what accounts hold."""

from dataclasses import replace
from pathlib import Path

import pytest
from one_account_set import loaded

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.accounts.signed_in import all_signed_in
from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.execution_policies.project_stacks import PROJECT_TAG
from mlops_commons.teardown.inventory import (
    FoundProject,
    FoundStack,
    Inventory,
    deployed,
    is_of_project,
)
from mlops_commons.teardown.leftovers import leftover
from mlops_commons.teardown.plan import Kind, teardown_plan
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure

NAMES = ("ml-infra-cc-repo-bu", "ml-infra-deploy-pipeline-bu")


@pytest.fixture
def rows(tmp_path: Path) -> tuple[BootstrapRow, ...]:
    """Governance, dev, preprod, prod."""
    return bootstrap_plan(loaded(tmp_path))


def test_what_uses_something_goes_before_what_it_uses(rows: tuple[BootstrapRow, ...]) -> None:
    governance, dev, preprod, prod = rows
    places = [
        place(governance, *NAMES),
        replace(
            place(dev, "dev-mlops-infra", "SC-1-pp-1", "churn-p-1a-deploy-dev", "dev-mlops-sm"),
            projects=(FoundProject(provisioned_product="pp-1", name="churn-p-1a", project=""),),
        ),
        place(preprod, "preprod-mlops-infra", "churn-p-1a-deploy-preprod"),
        place(prod, "prod-mlops-infra", "churn-p-1a-deploy-prod"),
    ]
    apps = {
        "template": [summary(dev, "dev-mlops-sm", "dev")],
        "infra": [
            *(summary(governance, name, "governance") for name in NAMES),
            summary(dev, "dev-mlops-infra", "dev"),
            summary(preprod, "preprod-mlops-infra", "preprod"),
            summary(prod, "prod-mlops-infra", "prod"),
        ],
    }
    assert [step.shown for step in teardown_plan(places, apps)] == [
        *("churn-p-1a-deploy-prod", "churn-p-1a-deploy-preprod", "churn-p-1a-deploy-dev"),
        "churn-p-1a",
        *("dev-mlops-sm", "prod-mlops-infra", "preprod-mlops-infra", "dev-mlops-infra"),
        *("ml-infra-deploy-pipeline-bu", "ml-infra-cc-repo-bu"),
    ]


def test_what_is_gone_already_is_not_in_the_plan(rows: tuple[BootstrapRow, ...]) -> None:
    apps = {"infra": [summary(rows[0], name, "governance") for name in NAMES]}
    steps = teardown_plan([place(rows[0], NAMES[0])], apps)
    assert [step.name for step in steps] == [NAMES[0]]


def test_stacks_of_others_are_left_alone(rows: tuple[BootstrapRow, ...]) -> None:
    assert teardown_plan([place(rows[1], "somebody-elses", "CDKToolkit")], {"infra": []}) == ()


@pytest.mark.parametrize("stage", ["dev", "live-two", "uat2", "test-3b", "Live"])
def test_what_a_project_has_deployed_goes_whatever_its_stage_is_called(
    stage: str, rows: tuple[BootstrapRow, ...]
) -> None:
    (step,) = teardown_plan([place(rows[1], f"churn-p-1a2b3c4d5e6f-deploy-{stage}")], {})
    assert (step.kind, step.name) == (Kind.STACK, f"churn-p-1a2b3c4d5e6f-deploy-{stage}")


@pytest.mark.parametrize(
    ("stack", "tags", "expected"),
    [
        ("named-by-somebody", {PROJECT_TAG: "p-1a2b3c4d5e6f"}, True),
        ("SC-222222222222-pp-1", {PROJECT_TAG: "p-1a2b3c4d5e6f"}, False),
        ("mlops-unit-live-two-project-deploy-euw1", {}, False),
        ("mlops-shop-deploy-live", {}, False),
    ],
)
def test_a_stack_is_a_project_s_by_its_tag_or_its_name(
    stack: str, tags: dict[str, str], expected: bool
) -> None:
    assert is_of_project(stack, tags) is expected


def test_a_project_of_sagemaker_is_deleted_as_a_project(rows: tuple[BootstrapRow, ...]) -> None:
    project = FoundProject(provisioned_product="pp-1", name="churn-p-1a", project="churn")
    (step,) = teardown_plan([replace(place(rows[1]), projects=(project,))], {})
    assert (step.kind, step.name) == (Kind.PROJECT, "churn")


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("AWS::S3::Bucket", "aws s3 rb --force s3://one"),
        (
            "AWS::SageMaker::ModelPackageGroup",
            "aws cloudcontrol delete-resource --type-name AWS::SageMaker::ModelPackageGroup "
            "--identifier one",
        ),
    ],
)
def test_every_leftover_has_the_command_that_removes_it(
    kind: str, command: str, rows: tuple[BootstrapRow, ...]
) -> None:
    found = leftover(rows[1], kind, "one", "kept")
    assert found.command == f"{command} --region eu-west-1 --profile mlops-dev"


def place(row: BootstrapRow, *stacks: str) -> Inventory:
    return Inventory(
        row=row,
        stacks=tuple(
            FoundStack(name=name, status="CREATE_COMPLETE", of_project=is_of_project(name, {}))
            for name in stacks
        ),
        projects=(),
        running=(),
    )


def summary(row: BootstrapRow, stack: str, role: str) -> StackSummary:
    return StackSummary(
        role=role,
        account=row.account,
        region=row.region,
        stack=stack,
        resources=1,
        description="",
        template=f"{stack}.template.json",
    )


def test_without_a_look_into_accounts_everything_that_the_templates_make_goes(
    rows: tuple[BootstrapRow, ...],
) -> None:
    governance, dev, *_ = rows
    apps = {
        "template": [summary(dev, "dev-mlops-sm", "dev")],
        "infra": [
            *(summary(governance, name, "governance") for name in NAMES),
            summary(dev, "dev-mlops-infra", "dev"),
        ],
    }
    every = [stack for found in apps.values() for stack in found]
    places = [deployed(row, every) for row in rows]
    assert [step.shown for step in teardown_plan(places, apps)] == [
        *("dev-mlops-sm", "dev-mlops-infra"),
        *reversed(NAMES),
    ]


def test_every_profile_that_cannot_be_used_is_named_at_once(
    rows: tuple[BootstrapRow, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def account_of(profile: str, _region: str) -> str:
        if profile == rows[1].profile:
            raise PlatformError(f"the profile '{profile}' is not there", hint="sign in")
        return rows[0].account

    monkeypatch.setattr("mlops_commons.accounts.signed_in.account_of", account_of)
    monkeypatch.setattr("mlops_commons.accounts.signed_in.session_of", lambda *_: object())
    assert list(all_signed_in(rows[:1])) == [rows[0].environment]
    with pytest.raises(PlatformError) as refused:
        all_signed_in(rows)
    said = str(refused.value)
    assert said.startswith("3 profiles cannot be used:")
    for row in rows[1:]:
        assert f"'{row.profile}'" in said
    assert said.count("sign in") == 1
    with pytest.raises(PlatformError, match="is not there"):
        all_signed_in(rows[:2])
