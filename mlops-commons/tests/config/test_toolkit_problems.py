"""Bootstraps that would fail, or replace a stack of the platform, are refused with their line."""

from pathlib import Path

import pytest
from changed_configuration import STAGE, Change, loaded, problems, write
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.config.notes import notes
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

TEMPLATE = REPOSITORY_ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
GOVERNANCE = ("pipeline", "bootstrap")
DEV = (*STAGE, 0, "bootstrap")
ALL = ("org", "bootstrap")
ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MULTI = "mrk-1234abcd12ab34cd56ef1234567890ab"
ARN = f"arn:aws:kms:eu-west-1:222222222222:key/{ID}"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (
            [((*DEV, "kms_key_id"), "key")],
            "stages[0].bootstrap.kms_key_id: 'key' is not the id, the alias or the ARN",
        ),
        ([((*DEV, "kms_key_id"), "arn:aws:s3:::bucket")], "is not the id, the alias or the ARN"),
        ([((*DEV, "kms_key_id"), f"{ID}0")], "is not the id, the alias or the ARN"),
        (
            [((*DEV, "kms_key_id"), ARN.replace("eu-west-1", "eu-central-1"))],
            "in eu-central-1, and the bucket of account 222222222222 in eu-west-1 takes a key",
        ),
        (
            [((*DEV, "kms_key_id"), ARN.replace("arn:aws", "arn:aws-cn"))],
            "is in the partition 'aws-cn', and account 222222222222 in eu-west-1 in 'aws'",
        ),
        (
            [((*GOVERNANCE, "kms_key_id"), ARN)],
            "pipeline.bootstrap.kms_key_id: "
            f"'{ARN}' is a key of account 222222222222, which the template of the CDK CLI",
        ),
        (
            [((*ALL, "kms_key_id"), ID)],
            f"org.bootstrap.kms_key_id: '{ID}' is the id of one key, and both account 111111111111",
        ),
        ([((*ALL, "kms_key_id"), MULTI)], "is the id of one key"),
    ],
)
def test_a_key_that_no_bucket_can_have_is_refused(
    tmp_path: Path, changes: list[Change], wanted: str
) -> None:
    assert wanted in problems(tmp_path, changes)[0]


@pytest.mark.parametrize(
    "changes",
    [
        [((*DEV, "kms_key_id"), ID)],
        [((*DEV, "kms_key_id"), ARN)],
        [((*ALL, "kms_key_id"), "alias/acme/cdk")],
        [((*ALL, "kms_key_id"), "AWS_MANAGED_KEY")],
        [
            ((*DEV, "kms_key_id"), MULTI),
            ((*STAGE, 1, "account"), "222222222222"),
            ((*STAGE, 1, "region"), "eu-central-1"),
            ((*STAGE, 1, "bootstrap", "kms_key_id"), MULTI),
        ],
        [((*DEV, "kms_key_id"), ARN.replace("eu-west-1", "us-east-1")), ((*DEV, "enabled"), False)],
    ],
    ids=["id", "arn", "alias", "of AWS", "multi-Region", "made by others"],
)
def test_a_key_that_a_bucket_can_have_is_taken(tmp_path: Path, changes: list[Change]) -> None:
    assert problems(tmp_path, changes) == []


def test_a_key_of_another_account_goes_with_a_template_of_ones_own(tmp_path: Path) -> None:
    (tmp_path.parent / "own.yaml").write_text("Resources: {}\n")
    changes: list[Change] = [((*GOVERNANCE, "kms_key_id"), ARN)]
    changes.append(((*GOVERNANCE, "template"), "own.yaml"))
    assert problems(tmp_path, changes) == []


@pytest.mark.parametrize("key", [ARN, "alias/acme"])
def test_a_key_that_the_clis_template_cannot_name_is_said(tmp_path: Path, key: str) -> None:
    sources = loaded(tmp_path, [((*DEV, "kms_key_id"), key)])
    (note,) = [note for note in notes(sources) if "publishes assets" in note.message]
    assert note.path == "deployments[0].stages[0].bootstrap.kms_key_id"
    role = "cdk-hnb659fds-file-publishing-role-222222222222-eu-west-1"
    assert note.message.endswith(f"let the key's policy name {role}")
    sources = loaded(tmp_path, [((*DEV, "kms_key_id"), ID)])
    assert not [note for note in notes(sources) if "publishes assets" in note.message]


def test_the_pinned_cli_still_makes_an_arn_of_whatever_is_written() -> None:
    """When this is red, aws/aws-cdk-cli issue 921 is closed: ARNs of other accounts may pass."""
    arn = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/"
    assert f"- Fn::Sub: {arn}${{FileAssetsBucketKmsKeyId}}\n" in TEMPLATE.read_text()


@pytest.mark.parametrize(
    ("place", "name", "whose"),
    [
        (DEV, "dev-mlops-infra", "stage 'dev' of set 'business-unit-1'"),
        (DEV, "dev-mlops-sm-project-template", "stage 'dev' of set 'business-unit-1'"),
        (ALL, "prod-mlops-infra", "stage 'prod' of set 'business-unit-1'"),
        (GOVERNANCE, "ml-infra-deploy-pipeline-business-unit-1", "the pipeline of 'infra'"),
        (GOVERNANCE, "ml-template-cc-repo-business-unit-1", "the pipeline of 'template'"),
    ],
)
def test_a_bootstrap_does_not_take_a_stack_of_the_platform(
    tmp_path: Path, place: tuple[str | int, ...], name: str, whose: str
) -> None:
    (found,) = problems(tmp_path, [((*place, "toolkit_stack_name"), name)])
    assert f"toolkit_stack_name: '{name}' is the stack of {whose}" in found
    assert "choose another name" in found


def test_names_of_stacks_elsewhere_are_free(tmp_path: Path) -> None:
    changes: list[Change] = [((*GOVERNANCE, "toolkit_stack_name"), "dev-mlops-infra")]
    assert problems(tmp_path, changes) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        ("{", "is no JSON"),
        ("[]", "has no 'Statement'"),
        ('{"Version": "2012-10-17"}', "has no 'Statement'"),
    ],
)
def test_a_policy_that_bootstrap_could_not_read_is_refused(
    tmp_path: Path, content: str | None, words: str
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    write(folder, [((*DEV, "execution_policy_filepath"), "config/own.json")])
    if content is not None:
        (folder / "own.json").write_text(content)
    found = CliRunner().invoke(application, ["config", "validate", str(folder)])
    said = str(found.exception) + found.output
    assert words in said
    assert "deployments[0].stages[0].bootstrap.execution_policy_filepath" in said
    assert "remove execution_policy_filepath" in said


def test_a_policy_that_is_there_is_taken(tmp_path: Path) -> None:
    write(tmp_path, [((*DEV, "execution_policy_filepath"), f"{tmp_path.name}/own.json")])
    (tmp_path / "own.json").write_text('{"Statement": [{}]}')
    assert CliRunner().invoke(application, ["config", "validate", str(tmp_path)]).exit_code == 0


def test_a_policy_that_is_generated_need_not_be_there(tmp_path: Path) -> None:
    write(tmp_path)
    assert CliRunner().invoke(application, ["config", "validate", str(tmp_path)]).exit_code == 0
