"""What can be wrong in the block `org`: the line, the value, and what to write instead."""

from pathlib import Path

import pytest

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import ConfigError

pytestmark = pytest.mark.pure

FILE = """\
cdk_app_config:
  org:
{org}
  pipeline:
    account: "101010101010"
    region: eu-west-1
{pipeline}  deployments:
    - set_name: retail
      stages:
        - stage_name: dev
          account: "202020202021"
        - stage_name: prod
          account: "202020202021"
          parameter_namespace: prod
          bootstrap: {{{bootstrap}}}
"""
STATEMENT = "Effect: Deny, Action: iam:CreateUser, Resource: '*'"


def problems(folder: Path, *org: str, pipeline: str = "", bootstrap: str = "") -> list[str]:
    """The lines and messages of a file with this block."""
    file = folder / "cdk-app.yml"
    lines = "\n".join(f"    {line}" for line in org or ("{}",))
    file.write_text(FILE.format(org=lines, pipeline=pipeline, bootstrap=bootstrap))
    try:
        load_config(file, folder / "none.yml")
    except ConfigError as error:
        return [f"{p.line}: {p.path}: {p.message}" for p in error.problems]
    return []


def boundary(statement: str, name: str = "org-boundary") -> str:
    return f"permissions_boundary: {{name: {name}, deny: [{{{statement}}}]}}"


SINGLE = "key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
MULTI_REGION = "key/mrk-0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def key(
    purpose: str,
    resource: str,
    *,
    region: str = "eu-west-1",
    account: str = "999999999999",
    partition: str = "aws",
) -> str:
    return (
        f"keys: {{{purpose}: '{':'.join(('arn', partition, 'kms', region, account, resource))}'}}"
    )


TWO_REGIONS = """\
        - stage_name: preprod
          account: "303030303031"
          region: us-east-1
"""


@pytest.mark.parametrize(
    ("org", "wanted"),
    [
        (key("network_logs", MULTI_REGION, region="{region}"), ""),
        (key("network_logs", SINGLE, region="{region}"), "only a multi-Region key"),
        (key("network_logs", MULTI_REGION), "is in eu-west-1, and us-east-1 uses it"),
        (
            key("network_logs", MULTI_REGION, region="{region}", account="{account}"),
            "KMS makes up the id of each key",
        ),
    ],
)
def test_a_key_is_where_it_is_used(org: str, wanted: str, tmp_path: Path) -> None:
    file = tmp_path / "cdk-app.yml"
    text = FILE.format(org=f"    {org}", pipeline="", bootstrap="")
    file.write_text(
        text.replace("        - stage_name: prod\n", f"{TWO_REGIONS}        - stage_name: prod\n")
    )
    try:
        load_config(file, tmp_path / "none.yml")
    except ConfigError as error:
        assert wanted and any(wanted in p.message for p in error.problems), error.problems
    else:
        assert not wanted


def test_one_account_can_be_written_as_such(tmp_path: Path) -> None:
    org = key("network_logs", SINGLE, region="{region}", account="{account}")
    assert problems(tmp_path, org) == []


def test_statements_are_taken_as_iam_writes_them(tmp_path: Path) -> None:
    assert problems(tmp_path, boundary(STATEMENT)) == []
    json = '{"Sid": "A", "Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": '
    json += '{"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}}'
    assert problems(tmp_path, f"permissions_boundary: {{name: path/x, deny: [{json}]}}") == []


@pytest.mark.parametrize(
    ("org", "line", "wanted"),
    [
        (
            boundary(STATEMENT, "arn:aws:iam::1:policy/x"),
            3,
            "write what stands after ':policy/'",
        ),
        (boundary(STATEMENT, "'no name'"), 3, "is not the name of an IAM policy"),
        (boundary("Effect: Allow, Action: s3:x, Resource: y"), 3, "only denials go here"),
        (boundary("Effect: Deny, Action: s3:x"), 3, "either 'Resource' or 'NotResource'"),
        (
            boundary(f"{STATEMENT}, NotAction: s3:y"),
            3,
            "either 'Action' or 'NotAction'",
        ),
        (boundary(f"{STATEMENT}, Principal: '*'"), 3, "unknown key 'Principal'"),
        (boundary(f"{STATEMENT}, Condition: {{is-like: {{a: b}}}}"), 3, "an operator of IAM's"),
        (boundary("Effect: Deny, Action: iam, Resource: '*'"), 3, "an action such as 's3:Put*'"),
        (boundary(f"{STATEMENT}, Condition: {{Foo: {{a: b}}}}"), 3, "an operator of IAM's"),
        ("required_tags: {Team: ['(a+)+$']}", 3, "can take for ever"),
        ("required_tags: {Team: ['(a|aa)*b']}", 3, "can take for ever"),
        ("permissions_boundary: {name: x}", 3, "or write 'deny: []' where it has none"),
        (
            "permissions_boundary: {name: x, deny: [], projects: replace}",
            3,
            "only the boundary of the platform ends them; choose 'compose'",
        ),
        ("permissions_boundary: {}", 3, "the key 'name' is missing"),
        ("bootstrap: {qualifier: much-too-long}", 3, "not a qualifier of the CDK's bootstrap"),
        ("bootstrap: {toolkit_stack_name: 1x}", 3, "not a name of a CloudFormation stack"),
        ("bootstrap: {template: not/there.yaml}", 3, "the path begins at the folder mlops_commons"),
        ("bootstrap: {public_access_block: maybe}", 3, "neither true nor false"),
        (
            "flow_logs: {bucket_arn: arn:aws:s3:::logs/AWSLogs}",
            3,
            "'AWSLogs' is a folder that flow logs make themselves",
        ),
        (
            "flow_logs: {bucket_arn: 'arn:aws-cn:s3:::logs'}",
            3,
            "is in the partition 'aws-cn', and eu-west-1 in 'aws'",
        ),
        (
            "flow_logs: {bucket_arn: 'arn:aws:s3:::l-1', key_arn: "
            "'arn:aws-us-gov:kms:us-gov-west-1:999999999999:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'}",
            3,
            "is in the partition 'aws-us-gov'",
        ),
        ("flow_logs: {bucket_arn: acme-logs}", 3, "is not the ARN of a bucket"),
        ("flow_logs: {bucket_arn: 'arn:aws:s3:::logs-*'}", 3, "is not the ARN of a bucket"),
        ("flow_logs: {}", 3, "the key 'bucket_arn' is missing"),
        (
            "flow_logs: {bucket_arn: 'arn:aws:s3:::l-1', key_arn: "
            "'arn:aws:kms:eu-west-1:999999999999:alias/logs'}",
            3,
            "not of an alias",
        ),
        ("flow_logs: {bucket_arn: 'arn:aws:s3:::l-1', file_format: csv}", 3, "csv"),
        ("access_logs: {}", 3, "the key 'bucket_name' is missing"),
        (
            "access_logs: {bucket_name: acme-logs}",
            3,
            "S3 delivers access logs within an account and region, so write {account} or {region}",
        ),
        ("access_logs: {bucket_name: 'acme-{acount}-logs'}", 3, "is not the name of a bucket"),
        ("access_logs: {bucket_name: 'acme..{account}'}", 3, "does not match"),
        (
            "access_logs: {bucket_name: 'a-very-long-name-of-a-bucket-of-access-logs-{account}"
            "-{region}'}",
            3,
            "over the limit of 63",
        ),
        ("access_logs: {bucket_name: 'logs-{account}', folder: /x}", 3, "is not a folder"),
        (key("studio", "alias/acme"), 3, "is an alias; write the ARN of its key"),
        (key("network_logs", SINGLE, region="us-east-1"), 3, "is in us-east-1, and eu-west-1"),
        (
            key("network_logs", SINGLE, partition="aws-cn"),
            3,
            "is in the partition 'aws-cn', and eu-west-1 in 'aws'",
        ),
        ("keys: {network_logs: 0f1e}", 3, "is not the ARN of a KMS key"),
        ("roles: {path: platform}", 3, "is not a path such as '/platform/'"),
        ("roles: {path: /platform}", 3, "is not a path such as '/platform/'"),
        ("roles: {path: //}", 3, "is not a path such as '/platform/'"),
        ("roles: {path: '/a*/'}", 3, "is not a path such as '/platform/'"),
        ("roles: {path: /service-role/}", 3, "is a path that AWS keeps"),
        ("roles: {path: /aws-service-role/x/}", 3, "is a path that AWS keeps"),
        ("roles: {name_prefix: '-x'}", 3, "is not a letter, then"),
        ("roles: {name_prefix: a-longer-prefix-}", 3, "14 characters at most"),
        ("roles: {name_prefix: cdk-}", 3, "is how roles of the CDK's bootstrap"),
        ("roles: {name_prefix: cdk-x-}", 3, "is how roles of the CDK's bootstrap"),
        ("roles: {name_prefix: AWS}", 3, "is how roles of the CDK's bootstrap"),
        ("roles: {prefix: acme-}", 3, "did you mean 'name_prefix'"),
        ("keys: {network_log: x}", 3, "did you mean 'network_logs'"),
        (key("projects", SINGLE), 3, "each project has keys of its own"),
        ("permission_boundary: {}", 3, "did you mean 'permissions_boundary'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    org: str, line: int, wanted: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, org)
    assert any(p.startswith(f"{line}: ") and wanted in p for p in found), found


def test_operators_and_patterns_that_do_no_harm_are_taken(tmp_path: Path) -> None:
    operators = {
        "ForAllValues:StringNotLikeIfExists": "b",
        "DateGreaterThanEquals": "'2030-01-01'",
        "Null": "'true'",
        "NotIpAddress": "10.0.0.0/8",
    }
    for operator, value in operators.items():
        own = f"{STATEMENT}, Condition: {{'{operator}': {{'aws:a': {value}}}}}"
        assert problems(tmp_path, boundary(own)) == []
    found = problems(tmp_path, "required_tags: {Team: ['(red|blue)-[0-9]+', '[a-z]{3,}']}")
    assert not [problem for problem in found if "for ever" in problem]


def test_two_stages_of_one_account_have_one_bootstrap(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "bootstrap: {qualifier: acme}", bootstrap="qualifier: other")
    assert found.startswith("15: deployments[0].stages[1].bootstrap: account 202020202021 in")
    assert "write it below org.bootstrap alone" in found
    same = "qualifier: acme"
    assert problems(tmp_path, f"bootstrap: {{{same}}}", bootstrap=same) == []
    elsewhere = "    bootstrap: {qualifier: governs}\n"
    assert problems(tmp_path, f"bootstrap: {{{same}}}", pipeline=elsewhere) == []
