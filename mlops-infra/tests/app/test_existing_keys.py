"""The organization's keys in a stage: none is made beside them, and nothing changes theirs."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from policy_evaluation import Request, allows

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.contract import Persona
from mlops_commons.organization import NO_ORGANIZATION, ExistingKeys, Organization
from mlops_commons.stage import CreateNetwork, DnsFirewall, Studio, StudioUser
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct

ENV = cdk.Environment(account="111111111111", region="eu-west-1")
KEYS = "arn:aws:kms:{region}:999999999999:key/mrk-"
STUDIO, LOGS = (f"{KEYS}{name}".format(region=ENV.region) for name in ("studio", "logs"))
BOTH = ExistingKeys(studio=f"{KEYS}studio", network_logs=f"{KEYS}logs")
Resources = dict[str, Any]


def synthesised(folder: Path, org: Organization) -> Resources:
    app = platform_app(outdir=str(folder))
    user = StudioUser(profile_name="ds-ana", persona=Persona.DATA_SCIENTIST)
    CoreStage(
        app,
        "dev",
        env=ENV,
        studio=Studio(domain_name="studio", users=(user,)),
        network=CreateNetwork(dns_firewall=DnsFirewall.ALERT),
        org=org,
    )
    app.synth()  # fails on any open finding
    (template,) = (folder / "assembly-dev").glob("*.template.json")
    found: Resources = json.loads(template.read_text())["Resources"]
    return found


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    return synthesised(tmp_path_factory.mktemp("keys"), Organization(keys=BOTH))


def of_type(resources: Resources, kind: str) -> dict[str, Any]:
    return {n: r.get("Properties", {}) for n, r in resources.items() if r["Type"] == kind}


def test_no_key_is_made(resources: Resources) -> None:
    assert of_type(resources, "AWS::KMS::Key") == {}
    assert "StudioKey" not in json.dumps(resources)


def test_the_domain_is_under_the_key_of_studio(resources: Resources) -> None:
    (domain,) = of_type(resources, "AWS::SageMaker::Domain").values()
    assert domain["KmsKeyId"] == STUDIO


def test_each_log_group_is_under_the_key_of_its_purpose(resources: Resources) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert len(groups) >= 5
    for name, group in groups.items():
        assert group["KmsKeyId"] == (LOGS if name.startswith("Network") else STUDIO), name
    assert {group["KmsKeyId"] for group in groups.values()} == {LOGS, STUDIO}


def test_topics_are_under_the_key_of_studio(resources: Resources) -> None:
    topics = of_type(resources, "AWS::SNS::Topic")
    assert topics and {topic["KmsMasterKeyId"] for topic in topics.values()} == {STUDIO}


@pytest.mark.parametrize(
    ("keys", "made"),
    [(ExistingKeys(studio=STUDIO), "Network"), (ExistingKeys(network_logs=LOGS), "StudioKey")],
)
def test_a_purpose_without_a_key_has_its_own(keys: ExistingKeys, made: str, tmp_path: Path) -> None:
    found = of_type(synthesised(tmp_path, Organization(keys=keys)), "AWS::KMS::Key")
    assert len(found) == 1 and next(iter(found)).startswith(made)


def may(resources: Resources, request: Request) -> bool:
    """Whether the policy that lets personas use data allows it."""
    (name,) = (n for n in resources if n.startswith("PersonasUseDataPolicy"))
    text = json.dumps(resources[name]["Properties"]["PolicyDocument"]["Statement"])
    about_keys = [s for s in json.loads(text) if "kms:" in json.dumps(s["Action"])]
    return allows(json.loads(_in_account(about_keys)), request)


def _in_account(statements: list[Any]) -> str:
    """Texts of `Fn::Sub` and `Fn::Join` as they stand in the account."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            if "Fn::Sub" in value:
                return _filled(value["Fn::Sub"])
            if "Fn::Join" in value:
                return "".join(told(part) for part in value["Fn::Join"][1])
            if "Ref" in value:
                return _filled(f"${{{value['Ref']}}}")
            return {key: told(entry) for key, entry in value.items()}
        return [told(entry) for entry in value] if isinstance(value, list) else value

    return json.dumps(told(statements))


def _filled(text: str) -> str:
    for name, value in {
        "Partition": "aws",
        "Region": "eu-west-1",
        "AccountId": "111111111111",
        "URLSuffix": "amazonaws.com",
    }.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
FOR_AWS = {"kms:GrantIsForAWSResource": "true"}


def test_personas_use_the_key_through_services_and_no_other_of_its_account(
    resources: Resources,
) -> None:
    other = STUDIO.replace("studio", "other")
    for action, context in (("GenerateDataKey", THROUGH_S3), ("CreateGrant", FOR_AWS)):
        assert may(resources, Request(f"kms:{action}", STUDIO, context))
        assert not may(resources, Request(f"kms:{action}", STUDIO))
        assert not may(resources, Request(f"kms:{action}", other, context))
        assert not may(resources, Request(f"kms:{action}", LOGS, context))


def test_without_keys_personas_use_none_of_another_account(tmp_path: Path) -> None:
    plain = synthesised(tmp_path, NO_ORGANIZATION)
    assert not may(plain, Request("kms:GenerateDataKey", STUDIO, THROUGH_S3))
    own = STUDIO.replace("999999999999", "111111111111")
    assert may(plain, Request("kms:GenerateDataKey", own, THROUGH_S3))
    assert len(of_type(plain, "AWS::KMS::Key")) == 2
