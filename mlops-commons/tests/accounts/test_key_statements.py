"""What owners of existing keys are told to add lets in what uses them, and nobody else.

The calls are those of the services' documentation and of the names that CloudFormation gives;
nothing here knows what made the statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from policy_evaluation import Request, allows, listed

from mlops_commons.accounts.owner_statements import owner_statements
from mlops_commons.config import load_config
from mlops_commons.organization import PLAIN_ROLES, ExistingKeys
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.pure

KEYS = "arn:aws:kms:eu-west-1:999999999999:key/mrk-"
STUDIO = f"{KEYS}1a2b3c4d5e6f47089a0b1c2d3e4f5061"
DELIVERIES = f"{KEYS}5e6f47089a0b1c2d3e4f50611a2b3c4d"
LOGS = f"{KEYS}0f1e2d3c4b5a697887960a1b2c3d4e5f"
GOVERNANCE, DEV, PROD = "111111111111", "222222222222", "444444444444"
STRANGER = "888888888888"
LOGS_SERVICE = "logs.eu-west-1.amazonaws.com"
ALARMS = "cloudwatch.amazonaws.com"
Call = tuple[str, str, Request]
"""A key, who calls (a service, or an account), and what is asked."""


@pytest.fixture(scope="module")
def printed() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    folder = EXAMPLES / "organisation"
    files = [folder / file.name for file in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)]
    return {row.policy_of: row.statements for row in owner_statements(load_config(*files))}


def lets(statements: Sequence[Mapping[str, Any]], caller: str, request: Request) -> bool:
    """Whether a key's policy lets somebody do it: what another principal may is not about him."""
    who = f"arn:aws:iam::{caller}:root" if caller.isdigit() else caller
    own = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in statements
        if who in [name for names in statement["Principal"].values() for name in listed(names)]
    ]
    return allows(own, request)


def log_group(key: str, account: str, name: str, region: str = "eu-west-1") -> list[Call]:
    """CloudWatch Logs names the group in the encryption context (its User Guide, "Encrypt log data
    in CloudWatch Logs using AWS KMS")."""
    group = f"arn:aws:logs:{region}:{account}:log-group:{name}"
    context = {"kms:EncryptionContext:aws:logs:arn": group}
    service = f"logs.{region}.amazonaws.com"
    asked = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
    return [(key, service, Request(f"kms:{action}", key, context)) for action in asked]


def alarm(account: str, name: str, key: str = STUDIO) -> list[Call]:
    source = f"arn:aws:cloudwatch:eu-west-1:{account}:alarm:{name}"
    context = {"aws:SourceAccount": account, "aws:SourceArn": source}
    asked = ("Decrypt", "GenerateDataKey")
    return [(key, ALARMS, Request(f"kms:{action}", key, context)) for action in asked]


def by(account: str, role: str, action: str, **context: str) -> list[Call]:
    who = {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{role}", **context}
    return [(STUDIO, account, Request(f"kms:{action}", STUDIO, who))]


def in_delivery(account: str, role: str, action: str, **context: str) -> list[Call]:
    ((_, caller, asked),) = by(account, role, action, **context)
    return [(DELIVERIES, caller, replace(asked, resource=DELIVERIES))]


def notice(account: str, topic: str) -> list[Call]:
    """SNS names the topic in the encryption context, whoever publishes."""
    arn = f"arn:aws:sns:eu-west-1:{account}:{topic}"
    context = {"kms:EncryptionContext:aws:sns:topicArn": arn}
    asked = ("Decrypt", "GenerateDataKey")
    return [(DELIVERIES, EVENTS, Request(f"kms:{name}", DELIVERIES, context)) for name in asked]


EVENTS = "events.amazonaws.com"
PIPELINE = "ml-infra-deploy-pipeline-business-unit-1"
OWN = "platform/ml/acme-"
"""Path and prefix of the example's roles."""
PIPELINE_ROLE = f"{OWN}ml-infra-deploy-pipeline-business-unit-1-DeliveryP-0123abcd"
DEPLOYER = "cdk-acmeml01-deploy-role-{}-eu-west-1"
PERSONA = f"{OWN}dev-mlops-infra-PersonasDataScientistRoleA1B2C3D4-euw1"
MAKER = "cdk-acmeml01-cfn-exec-role-{}-eu-west-1"
THROUGH = "kms:ViaService"
FOR_AWS = {"kms:GrantIsForAWSResource": "true"}
THROUGH_S3 = {THROUGH: "s3.eu-west-1.amazonaws.com"}
THROUGH_EBS = {THROUGH: "ec2.eu-west-1.amazonaws.com"}
THROUGH_SAGEMAKER = {THROUGH: "sagemaker.eu-west-1.amazonaws.com"}
NEEDED: Mapping[str, list[Call]] = {
    "flow logs": log_group(LOGS, PROD, "prod-mlops-infra-NetworkFlowLogsLogGroup-x"),
    "logs of functions": log_group(STUDIO, DEV, "dev-mlops-infra-StudioProjectsLogs-x"),
    "alarms": alarm(DEV, "dev-mlops-infra-ReviewsLostAlarm-x"),
    "output of jobs": by(DEV, PERSONA, "GenerateDataKey", **THROUGH_S3),
    "volumes of jobs": by(DEV, PERSONA, "DescribeKey", **THROUGH_SAGEMAKER),
    "reading models": by(DEV, PERSONA, "Decrypt", **THROUGH_S3),
    "volumes of spaces": by(DEV, PERSONA, "CreateGrant", **FOR_AWS),
    "keys of volumes": by(DEV, PERSONA, "GenerateDataKeyWithoutPlaintext", **THROUGH_EBS),
    "the domain": by(DEV, MAKER.format(DEV), "GenerateDataKeyWithoutPlaintext"),
    "logs of builds": log_group(DELIVERIES, GOVERNANCE, f"{PIPELINE}-DeliveryBuildLogs-x"),
    "lost pushes": alarm(GOVERNANCE, f"{PIPELINE}-DeliveryLostPushesAlarm-x", DELIVERIES),
    "failed runs": notice(GOVERNANCE, "mlops-infra-main-business-unit-1"),
    "failed runs of projects": notice(GOVERNANCE, "mlops-template-main-business-unit-1"),
    "artifacts": in_delivery(GOVERNANCE, PIPELINE_ROLE, "GenerateDataKey"),
    "deployments": in_delivery(PROD, DEPLOYER.format(PROD), "Decrypt", **THROUGH_S3),
    "its grants": by(DEV, MAKER.format(DEV), "CreateGrant", **FOR_AWS),
}
REFUSED: Mapping[str, list[Call]] = {
    "logs of a stranger": log_group(LOGS, STRANGER, "prod-mlops-infra-x"),
    "logs of governance": log_group(LOGS, GOVERNANCE, "prod-mlops-infra-x"),
    "logs of another stack": log_group(LOGS, PROD, "other-stack-x"),
    "logs of another region": log_group(LOGS, PROD, "prod-mlops-infra-x", "us-east-1"),
    "alarms of another stack": alarm(DEV, "other-x"),
    "alarms of a stranger": alarm(STRANGER, "dev-mlops-infra-x"),
    "another role": by(DEV, "somebody", "Decrypt", **THROUGH_S3),
    "the role of a stranger": by(STRANGER, PERSONA, "Decrypt", **THROUGH_S3),
    "governance": by(GOVERNANCE, MAKER.format(GOVERNANCE), "CreateGrant", **FOR_AWS),
    "a persona without a service": by(DEV, PERSONA, "Decrypt"),
    "a persona through another service": by(
        DEV, PERSONA, "Decrypt", **{THROUGH: "sqs.eu-west-1.amazonaws.com"}
    ),
    "grants for people": by(DEV, PERSONA, "CreateGrant"),
    "grants for people by CloudFormation": by(DEV, MAKER.format(DEV), "CreateGrant"),
    "logs of another account's builds": log_group(DELIVERIES, DEV, f"{PIPELINE}-x"),
    "failed runs of others": notice(GOVERNANCE, "of-others"),
    "failed runs of a stranger": notice(STRANGER, "mlops-infra-main-business-unit-1"),
    "another role of governance": in_delivery(GOVERNANCE, "somebody", "Decrypt", **THROUGH_S3),
    "a stage that writes": in_delivery(
        PROD, DEPLOYER.format(PROD), "GenerateDataKey", **THROUGH_S3
    ),
    "a stage without S3": in_delivery(PROD, DEPLOYER.format(PROD), "Decrypt"),
    "another role of a stage": in_delivery(PROD, PERSONA, "Decrypt", **THROUGH_S3),
    "archives where there are none": in_delivery(
        GOVERNANCE,
        "somebody",
        "GenerateDataKey",
        **THROUGH_S3,
        **{"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::x"},
    ),
    "another role of the stack": by(
        DEV, f"{OWN}dev-mlops-infra-ReviewsRole-x", "Decrypt", **THROUGH_S3
    ),
    "a persona without the path": by(DEV, PERSONA.rpartition("/")[2], "Decrypt", **THROUGH_S3),
    "a persona without the prefix": by(DEV, PERSONA.replace("acme-", ""), "Decrypt", **THROUGH_S3),
    "changing the policy": by(DEV, MAKER.format(DEV), "PutKeyPolicy"),
    "deleting the key": by(DEV, MAKER.format(DEV), "ScheduleKeyDeletion"),
}


@pytest.mark.parametrize("what", NEEDED)
def test_what_uses_a_key_is_let_in(what: str, printed: Mapping[str, Any]) -> None:
    for key, caller, request in NEEDED[what]:
        assert lets(printed[key], caller, request), request


@pytest.mark.parametrize("what", REFUSED)
def test_nobody_else_is(what: str, printed: Mapping[str, Any]) -> None:
    for key, caller, request in REFUSED[what]:
        assert not lets(printed[key], caller, request), request


@pytest.mark.parametrize("key", [STUDIO, LOGS, DELIVERIES])
def test_each_statement_is_needed(key: str, printed: Mapping[str, Any]) -> None:
    calls = [call for calls in NEEDED.values() for call in calls if call[0] == key]
    for left_out in printed[key]:
        rest = [statement for statement in printed[key] if statement != left_out]
        assert not all(lets(rest, who, asked) for _, who, asked in calls), left_out["Sid"]


def test_a_long_name_of_a_stack_is_followed_as_far_as_it_surely_goes() -> None:
    """CloudFormation shortens what is too long for the name of a role."""
    folder = EXAMPLES / "organisation"
    config = load_config(*(folder / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)))
    (deployment,) = config.deployments
    stages = tuple(replace(s, parameter_namespace="analytics") for s in deployment.stages)
    plain = replace(config.org, roles=PLAIN_ROLES)
    long = replace(config, org=plain, deployments=(replace(deployment, stages=stages),))
    statements = next(r.statements for r in owner_statements(long) if r.policy_of == STUDIO)
    name = "analytics-dev-mlops-infra"[:24] + "-PersonasDataScientistRol-x1Y2z3A4b5C6"
    ((_, account, request),) = by(DEV, name, "Decrypt", **THROUGH_S3)
    assert lets(statements, account, request)


def test_people_upload_archives_and_nothing_else() -> None:
    """S3 names the bucket in the encryption context, where the bucket has a Bucket Key."""
    folder = EXAMPLES / "s3-source"
    config = load_config(*(folder / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)))
    key = "arn:aws:kms:eu-central-2:999999999999:key/mrk-00000000000000000000000000000001"
    keyed = replace(config, org=replace(config.org, keys=ExistingKeys(deliveries=key)))
    ((statements),) = (row.statements for row in owner_statements(keyed) if row.policy_of == key)
    bucket = f"arn:aws:s3:::mlops-infra-archive-business-unit-1-{GOVERNANCE}-euc2"
    for named, allowed in ((bucket, True), ("arn:aws:s3:::other", False)):
        context = {
            THROUGH: "s3.eu-central-2.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": named,
        }
        ((_, account, asked),) = in_delivery(GOVERNANCE, "anybody", "GenerateDataKey", **context)
        assert lets(statements, account, asked) is allowed
