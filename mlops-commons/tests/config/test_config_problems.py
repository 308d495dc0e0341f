"""Everything that can be wrong in the files: one report, with line, path, value and way out."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem

pytestmark = pytest.mark.pure

APP = """\
cdk_app_config:
  app_prefix: mlops
  tags: {cost-centre: "42"}
  pipeline:
    account: "101010101010"
    region: eu-west-1
  deployments:
    - set_name: retail
      default_region: eu-central-1
      stages:
        - stage_name: dev
          account: "202020202021"
          bootstrap: {aws_profile: retail-dev}
        - stage_name: preprod
          account: "202020202022"
        - stage_name: prod
          account: "202020202023"
    - set_name: credit
      stages:
        - stage_name: dev
          account: "303030303031"
"""
INFRA = """\
cdk_infra_app_config:
  network:
    default_create_network:
      vpc_cidr: 10.0.0.0/16
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            create_network:
              vpc_cidr: 10.1.0.0/16
          - stage_name: preprod
            create_network:
              vpc_cidr: 10.2.0.0/16
          - stage_name: prod
            import_network:
              vpc_id: vpc-0123456789abcdef0
              subnets: [subnet-0123456789abcdef0]
              base_security_group: sg-0123456789abcdef0
  sagemaker:
    profiles:
      data_scientists:
        users: [{user_profile_name: ana}]
    deployments:
      - set_name: retail
        stages:
          - stage_name: dev
            idle_timeout_minutes: 90
"""


def problems_of(folder: Path, app: str, infra: str) -> tuple[Problem, ...]:
    (folder / "cdk-app.yml").write_text(app)
    (folder / "cdk-infra-app.yml").write_text(infra)
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    return caught.value.problems


@dataclass(frozen=True)
class Broken:
    """One change that breaks a file: what is written in place of what, and what is reported."""

    name: str
    old: str
    new: str
    path: str
    words: str


BROKEN_APP = (
    Broken(
        "account too short",
        '"202020202021"',
        '"2020"',
        "deployments[0].stages[0].account",
        "'2020' is not an account id: 12 digits",
    ),
    Broken(
        "account with letters",
        '"202020202021"',
        "20202020202x",
        "deployments[0].stages[0].account",
        "12 digits",
    ),
    Broken(
        "account missing",
        '          account: "202020202021"\n',
        "",
        "deployments[0].stages[0].account",
        "'account' is missing",
    ),
    Broken(
        "account empty",
        '"202020202021"',
        "",
        "deployments[0].stages[0].account",
        "'account' is missing",
    ),
    Broken(
        "pipeline account", '"101010101010"', "10", "pipeline.account", "'10' is not an account id"
    ),
    Broken(
        "pipeline missing",
        '  pipeline:\n    account: "101010101010"\n    region: eu-west-1\n',
        "",
        "pipeline",
        "'pipeline' is missing",
    ),
    Broken("region unknown", "eu-west-1", "eu-west-9", "pipeline.region", "did you mean 'eu-west-"),
    Broken(
        "region of a set",
        "eu-central-1",
        "central",
        "deployments[0].default_region",
        "'central' is not a region",
    ),
    Broken(
        "region missing", "    region: eu-west-1\n", "", "pipeline.region", "'region' is missing"
    ),
    Broken("unknown key", "app_prefix", "app_prefiks", "app_prefiks", "did you mean 'app_prefix'"),
    Broken(
        "unknown key of a stage",
        "stage_name: prod",
        "stage_name: prod\n          acount: 1",
        "deployments[0].stages[2].acount",
        "did you mean 'account'",
    ),
    Broken(
        "unknown key of bootstrap",
        "aws_profile",
        "profile",
        "deployments[0].stages[0].bootstrap.profile",
        "did you mean 'aws_profile'",
    ),
    Broken("unknown key far from all", "app_prefix", "zzzz", "zzzz", "allowed: app_prefix"),
    Broken(
        "prefix with a space",
        "app_prefix: mlops",
        "app_prefix: ml ops",
        "app_prefix",
        "'ml ops' is not a name of letters",
    ),
    Broken(
        "set name with a slash",
        "set_name: retail",
        "set_name: re/tail",
        "deployments[0].set_name",
        "'re/tail' is not a set name",
    ),
    Broken(
        "stage name with an underscore",
        "stage_name: prod",
        "stage_name: pr_od",
        "deployments[0].stages[2].stage_name",
        "'pr_od'",
    ),
    Broken(
        "set twice",
        "set_name: credit",
        "set_name: Retail",
        "deployments[1].set_name",
        "'Retail' is at deployments[0] already",
    ),
    Broken(
        "stage twice",
        "stage_name: prod",
        "stage_name: preprod",
        "deployments[0].stages[2].stage_name",
        "twice",
    ),
    Broken(
        "no dev",
        '        - stage_name: dev\n          account: "303030303031"',
        '        - stage_name: test\n          account: "303030303031"',
        "deployments[1].stages",
        "no stage 'dev'",
    ),
    Broken(
        "no stages",
        '      stages:\n        - stage_name: dev\n          account: "303030303031"\n',
        "",
        "deployments[1].stages",
        "'stages' is missing",
    ),
    Broken(
        "stages not a list",
        '      stages:\n        - stage_name: dev\n          account: "303030303031"\n',
        "      stages: dev\n",
        "deployments[1].stages",
        "'dev'",
    ),
    Broken(
        "same account and region",
        '"303030303031"',
        '"202020202021"\n          region: eu-central-1',
        "deployments[1].stages[0].account",
        "parameter_namespace",
    ),
    Broken(
        "two Studios in one account",
        '"303030303031"',
        '"202020202021"',
        "deployments[1].stages[0].account",
        "create_service_catalog_roles: false",
    ),
    Broken(
        "repository name too long",
        "set_name: credit",
        f"set_name: {'c' * 95}",
        "deployments[1].set_name",
        "over the limit of 100",
    ),
    Broken(
        "stack name too long",
        "set_name: credit",
        f"set_name: {'c' * 120}",
        "deployments[1].set_name",
        "over the limit of 128",
    ),
    Broken(
        "set name with an underscore in a stack",
        "set_name: credit",
        "set_name: cre_dit",
        "deployments[1].set_name",
        "CloudFormation stack name",
    ),
    Broken(
        "core stack too long",
        "stage_name: prod",
        f"stage_name: p{'o' * 130}",
        "deployments[0].stages[2].stage_name",
        "over the limit of 128",
    ),
    Broken(
        "namespace with a space",
        "stage_name: prod",
        "stage_name: prod\n          parameter_namespace: a b",
        "deployments[0].stages[2].parameter_namespace",
        "SSM parameter name",
    ),
    Broken(
        "enabled not a boolean",
        "stage_name: prod",
        "stage_name: prod\n          enabled: perhaps",
        "deployments[0].stages[2].enabled",
        "'perhaps'",
    ),
    Broken(
        "approval not a boolean",
        "stage_name: prod",
        "stage_name: prod\n          manual_approval: ask",
        "deployments[0].stages[2].manual_approval",
        "'ask'",
    ),
    Broken(
        "unknown removal policy",
        "stage_name: prod",
        "stage_name: prod\n          removal_policy: keep",
        "deployments[0].stages[2].removal_policy",
        "'retain' or 'destroy'",
    ),
    Broken("tag of AWS", "cost-centre", "aws:cost", "tags.aws:cost", "belong to AWS"),
    Broken("tag too long", '"42"', f'"{"4" * 257}"', "tags.cost-centre", "a value 256"),
    Broken(
        "policy not an ARN",
        "{aws_profile: retail-dev}",
        "{execution_policy_arn: Admin}",
        "deployments[0].stages[0].bootstrap.execution_policy_arn",
        "the ARN of an IAM policy",
    ),
    Broken(
        "policy of another account",
        "{aws_profile: retail-dev}",
        "{execution_policy_arn: 'arn:aws:iam::999999999999:policy/cdk'}",
        "deployments[0].stages[0].bootstrap.execution_policy_arn",
        "a policy of account 999999999999",
    ),
    Broken(
        "key twice",
        "  app_prefix: mlops\n",
        "  app_prefix: mlops\n  app_prefix: other\n",
        "app_prefix",
        "stands here twice",
    ),
)
BROKEN_INFRA = (
    Broken(
        "range not a network",
        "10.2.0.0/16",
        "10.2.0.0.0/16",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "not an IPv4 network",
    ),
    Broken(
        "range with host bits",
        "10.2.0.0/16",
        "10.2.3.4/16",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "host bits",
    ),
    Broken(
        "range too large",
        "10.2.0.0/16",
        "10.0.0.0/8",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "a VPC allows /16 to /28",
    ),
    Broken(
        "ranges overlap",
        "10.2.0.0/16",
        "10.1.0.0/17",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "overlaps with '10.1.0.0/16' of stage 'dev'",
    ),
    Broken(
        "subnets do not fit",
        "10.2.0.0/16",
        "10.2.0.0/24",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
        "need 960 addresses",
    ),
    Broken(
        "mask too small",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_private_subnet_cidr_mask: 29",
        "network.deployments[0].stages[1].create_network.vpc_private_subnet_cidr_mask",
        "'29'",
    ),
    Broken(
        "mask not a number",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_public_subnet_cidr_mask: wide",
        "network.deployments[0].stages[1].create_network.vpc_public_subnet_cidr_mask",
        "'wide'",
    ),
    Broken(
        "more NAT gateways than zones",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_nat_gateways: 5",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "5 NAT gateways",
    ),
    Broken(
        "negative NAT gateways",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_nat_gateways: -1",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "'-1'",
    ),
    Broken(
        "NAT without a way out",
        "vpc_cidr: 10.2.0.0/16",
        "{egress: endpoints-only, vpc_nat_gateways: 2}",
        "network.deployments[0].stages[1].create_network.vpc_nat_gateways",
        "remove vpc_nat_gateways",
    ),
    Broken(
        "unknown egress",
        "vpc_cidr: 10.2.0.0/16",
        "egress: none",
        "network.deployments[0].stages[1].create_network.egress",
        "'nat' or 'endpoints-only'",
    ),
    Broken(
        "unknown endpoint",
        "vpc_cidr: 10.2.0.0/16",
        "endpoints: {kmss: true}",
        "network.deployments[0].stages[1].create_network.endpoints",
        "did you mean 'kms'",
    ),
    Broken(
        "unknown network key",
        "vpc_cidr: 10.2.0.0/16",
        "vpc_cird: 10.2.0.0/16",
        "network.deployments[0].stages[1].create_network.vpc_cird",
        "did you mean 'vpc_cidr'",
    ),
    Broken(
        "unknown set",
        "      - set_name: retail\n        stages:\n          - stage_name: dev\n            create_network",
        "      - set_name: retial\n        stages:\n          - stage_name: dev\n            create_network",
        "network.deployments[0].set_name",
        "did you mean 'retail'",
    ),
    Broken(
        "unknown stage",
        "stage_name: preprod",
        "stage_name: preprood",
        "network.deployments[0].stages[1].stage_name",
        "did you mean 'preprod'",
    ),
    Broken(
        "VPC id",
        "vpc-0123456789abcdef0",
        "my-vpc",
        "network.deployments[0].stages[2].import_network.vpc_id",
        "'my-vpc' is not a VPC id",
    ),
    Broken(
        "subnet id",
        "[subnet-0123456789abcdef0]",
        "[vpc-1]",
        "network.deployments[0].stages[2].import_network.subnets[0]",
        "'vpc-1' is not a subnet id",
    ),
    Broken(
        "no subnets",
        "[subnet-0123456789abcdef0]",
        "[]",
        "network.deployments[0].stages[2].import_network.subnets",
        "at least 1 item",
    ),
    Broken(
        "security group id",
        "sg-0123456789abcdef0",
        "default",
        "network.deployments[0].stages[2].import_network.base_security_group",
        "'default' is not a security group id",
    ),
    Broken(
        "import without its VPC",
        "              vpc_id: vpc-0123456789abcdef0\n",
        "",
        "network.deployments[0].stages[2].import_network.vpc_id",
        "'vpc_id' is missing",
    ),
    Broken(
        "imported endpoint without a range",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n              endpoints: {kms: true}",
        "network.deployments[0].stages[2].import_network.endpoints.kms",
        "needs vpc_cidr",
    ),
    Broken(
        "imported gateway without route tables",
        "base_security_group: sg-0123456789abcdef0",
        "base_security_group: sg-0123456789abcdef0\n              endpoints: {s3: true}",
        "network.deployments[0].stages[2].import_network.endpoints.s3",
        "needs route_table_ids",
    ),
    Broken(
        "idle timeout too short",
        "idle_timeout_minutes: 90",
        "idle_timeout_minutes: 5",
        "sagemaker.deployments[0].stages[0].idle_timeout_minutes",
        "'5'",
    ),
    Broken(
        "user twice",
        "[{user_profile_name: ana}]",
        "[{user_profile_name: ana}, {user_profile_name: Ana}]",
        "sagemaker.profiles",
        "'ds-Ana'",
    ),
    Broken(
        "user name with a space",
        "user_profile_name: ana",
        "user_profile_name: a na",
        "sagemaker.profiles",
        "SageMaker user profile name 'ds-a na'",
    ),
    Broken(
        "unknown persona",
        "data_scientists",
        "data_sientists",
        "sagemaker.profiles.data_sientists",
        "did you mean 'data_scientists'",
    ),
)


@pytest.mark.parametrize("row", BROKEN_APP, ids=lambda row: row.name)
def test_a_broken_account_file_is_reported_with_line_and_path(tmp_path: Path, row: Broken) -> None:
    broken = (
        APP.replace(row.old, row.new, 1)
        if row.name != "no dev"
        else row.new.join(APP.rsplit(row.old, 1))
    )
    check(tmp_path, row, broken, INFRA if "retail" in broken else "", file="cdk-app.yml")


@pytest.mark.parametrize("row", BROKEN_INFRA, ids=lambda row: row.name)
def test_a_broken_network_file_is_reported_with_line_and_path(tmp_path: Path, row: Broken) -> None:
    check(tmp_path, row, APP, INFRA.replace(row.old, row.new, 1), file="cdk-infra-app.yml")


def check(folder: Path, row: Broken, app: str, infra: str, *, file: str) -> None:
    found = [p for p in problems_of(folder, app, infra) if p.path == row.path]
    assert found, f"nothing at {row.path}"
    assert any(row.words in problem.message for problem in found), found
    assert {problem.file.name for problem in found} == {file}
    assert all(problem.line >= 1 for problem in found)
    line = found[0].line
    text = (folder / file).read_text().splitlines()
    last = re.sub(r"\[\d+\]$", "", row.path.rpartition(".")[2])
    if "is missing" not in row.words:
        assert last in "\n".join(text[max(0, line - 2) : line + 1]), text[line - 1]


def test_the_unbroken_files_load(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(APP)
    (tmp_path / "cdk-infra-app.yml").write_text(INFRA)
    config = load_config(tmp_path / "cdk-app.yml", tmp_path / "cdk-infra-app.yml")
    assert [d.set_name for d in config.enabled_deployments] == ["retail", "credit"]


def test_all_problems_stand_in_one_report(tmp_path: Path) -> None:
    app = APP.replace('"202020202021"', "1").replace("app_prefix", "prefix", 1)
    found = problems_of(tmp_path, app, INFRA.replace("10.2.0.0/16", "x"))
    assert {p.path for p in found} == {
        "prefix",
        "deployments[0].stages[0].account",
        "network.deployments[0].stages[1].create_network.vpc_cidr",
    }


def test_the_report_names_file_and_line_and_the_next_command(tmp_path: Path) -> None:
    (tmp_path / "cdk-app.yml").write_text(APP.replace('"202020202021"', '"2020"'))
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "cdk-app.yml", tmp_path / "none.yml")
    report = str(caught.value)
    assert f"{tmp_path / 'cdk-app.yml'}:12: deployments[0].stages[0].account: '2020'" in report
    assert "./mlops-multi-account.sh config validate" in report


@pytest.mark.parametrize(
    ("text", "line"),
    [("cdk_app_config:\n\tapp_prefix: x\n", 2), ("cdk_app_config: [\n", 2), ("a: b: c\n", 1)],
    ids=["tab", "open bracket", "two colons"],
)
def test_what_is_not_yaml_is_reported_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (found,) = problems_of(tmp_path, text, "")
    assert found.line == line
    assert "not readable as YAML" in found.message


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="cannot read the configuration"):
        load_config(tmp_path / "none.yml")
