"""Who opens which profile, where people sign in by IAM Identity Center."""

from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.stub import Stubber

from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.config import PlatformConfig, load_config
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.identity_center import look_at_identity_center
from mlops_commons.stage import AuthMode
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.pure
ACCOUNT, REGION = "222222222222", "eu-west-1"
APP = """\
cdk_app_config:
  pipeline: {account: "111111111111", region: eu-west-1}
  deployments:
    - set_name: retail
      stages:
        - {stage_name: dev, account: "222222222222"}
"""
NOBODY_ELSE = "lead_data_scientists: {users: []}, ml_engineers: {users: []}"


def load(folder: Path, mode: str, *users: str) -> PlatformConfig:
    listed = ", ".join(f"{{{user}}}" for user in users)
    groups = f"data_scientists: {{users: [{listed}]}}, {NOBODY_ELSE}"
    (folder / "app.yml").write_text(APP)
    (folder / "infra.yml").write_text(
        f"cdk_infra_app_config:\n  sagemaker:\n    auth_mode: {mode}\n    profiles: {{{groups}}}\n"
    )
    return load_config(folder / "app.yml", folder / "infra.yml")


ANA = "user_profile_name: ana, identity_center_user: ana@acme.com"
BEN = "user_profile_name: ben, identity_center_user: ben"


def test_each_user_of_identity_center_has_one_profile(tmp_path: Path) -> None:
    studio = load(tmp_path, "sso", ANA, BEN).studio("retail", "dev")
    assert studio
    assert studio.auth_mode is AuthMode.SSO
    assert [u.identity_center_user for u in studio.users] == ["ana@acme.com", "ben"]


@pytest.mark.parametrize(
    ("mode", "users", "says"),
    [
        ("SSO", (ANA, "user_profile_name: eve"), "ds-eve has none; write identity_center_user"),
        ("IAM", (ANA,), "'ana@acme.com' would open nothing: the domain has auth_mode IAM"),
        (
            "SSO",
            (ANA, ANA.replace(": ana,", ": ana-beta,").replace("ana@", "Ana@")),
            "'Ana@acme.com' has a profile in this domain already",
        ),
        ("SSO", (ANA.replace("ana@acme.com", '"*"'),), "a user name of IAM Identity Center"),
        ("LDAP", (BEN,), "'LDAP'"),
    ],
)
def test_another_list_of_users_is_refused(
    tmp_path: Path, mode: str, users: tuple[str, ...], says: str
) -> None:
    with pytest.raises(PlatformError) as refused:
        load(tmp_path, mode, *users)
    assert says in str(refused.value)


def test_users_that_nobody_has_listed_have_no_identity(tmp_path: Path) -> None:
    (tmp_path / "app.yml").write_text(APP)
    infra = tmp_path / "infra.yml"
    infra.write_text("cdk_infra_app_config: {sagemaker: {auth_mode: SSO}}\n")
    with pytest.raises(PlatformError, match="have none; write identity_center_user"):
        load_config(tmp_path / "app.yml", infra)


def test_the_values_are_those_of_sagemaker() -> None:
    shape = botocore.session.get_session().get_service_model("sagemaker").shape_for("AuthMode")
    assert sorted(shape.enum) == sorted(AuthMode)


def findings(config: PlatformConfig, *instances: str) -> list[Finding]:
    """What doctor says, from an answer of Identity Center that botocore's model checks."""
    row = next(row for row in bootstrap_plan(config) if row.account == ACCOUNT)
    sso = boto3.client(
        "sso-admin", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x"
    )
    rows = [{"InstanceArn": arn} for arn in instances]
    with Stubber(sso) as stub:
        stub.add_response("list_instances", {"Instances": rows})
        return [*look_at_identity_center("area", row, sso, config)]


def test_doctor_says_whether_identity_center_is_in_the_region(tmp_path: Path) -> None:
    config = load(tmp_path, "SSO", ANA)
    (missing,) = findings(config)
    assert missing.level is Level.ERROR
    assert "no instance of it in eu-west-1" in missing.message
    assert missing.remedy
    (there,) = findings(config, "arn:aws:sso:::instance/ssoins-1234567890abcdef")
    assert there.level is Level.OK
    assert findings(load(tmp_path, "IAM", "user_profile_name: ana")) == []
