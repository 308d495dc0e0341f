"""What a report says of accounts: written by hand here, so that each fault is there once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from sample_report import LEAD, act, sample

from mlops_rehearsal.report.data import Account, Observed, Report, Stack
from mlops_rehearsal.report.deployed import (
    NOTHING,
    Acknowledgement,
    Bucket,
    Deployed,
    DeployedTemplate,
    ManagedPolicy,
    ModelVersion,
    Role,
)
from mlops_rehearsal.report.page import page
from mlops_rehearsal.report.protection import exposures, stored
from mlops_rehearsal.report.protection_section import exposed, unprotected
from mlops_rehearsal.report.summary import statements
from mlops_rehearsal.report.trust import From, entries
from mlops_rehearsal.world.evidence import Evidence

pytestmark = pytest.mark.pure

GOVERNANCE, DEV, STRANGER = "111100000001", "222200000001", "999900000009"
TLS = {
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
}
GOOD = Bucket(
    account=DEV, name="good", encryption="aws:kms", key="arn:key", blocked=True, policy=TLS
)
PUBLIC = {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}


def role(principal: Any, action: Any = "sts:AssumeRole", **rest: Any) -> Role:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **rest}
    return Role(account=DEV, name="r", trust={"Statement": [statement]}, inline={})


def deployed(**changes: Any) -> Deployed:
    template = DeployedTemplate(account=DEV, region="eu-west-1", stack="s", template={})
    good = replace(
        NOTHING,
        templates=(template,),
        roles=(role({"Service": "lambda.amazonaws.com"}),),
        buckets=(GOOD,),
    )
    return replace(good, **changes)


def with_resources(**resources: Mapping[str, Any]) -> Deployed:
    template = {"Resources": resources}
    return deployed(
        templates=(DeployedTemplate(account=DEV, region="r", stack="s", template=template),)
    )


def text(report: Report) -> str:
    found = ElementTree.fromstring(page(report).removeprefix("<!doctype html>"))
    return " ".join(" ".join(found.itertext()).split())


@pytest.mark.parametrize(
    ("principal", "origin"),
    [
        ({"Service": "lambda.amazonaws.com"}, From.SERVICE),
        ({"Federated": "arn:aws:iam::222200000001:saml-provider/x"}, From.FEDERATED),
        ({"AWS": DEV}, From.SAME),
        ({"AWS": f"arn:aws-cn:iam::{DEV}:root"}, From.SAME),
        ({"AWS": f"arn:aws:iam::{GOVERNANCE}:role/x"}, From.PLATFORM),
        ({"AWS": STRANGER}, From.OUTSIDE),
        ({"AWS": [f"arn:aws:sts::{STRANGER}:assumed-role/x/y"]}, From.OUTSIDE),
        ({"AWS": "*"}, From.ANYONE),
        ("*", From.ANYONE),
        ({"AWS": "AROAEXAMPLEOFADELETEDROLE"}, From.ANYONE),
    ],
    ids=str,
)
def test_whoever_enters_a_role_is_known_by_where_he_comes_from(
    principal: Any, origin: From
) -> None:
    (found,) = entries([role(principal)], (GOVERNANCE, DEV))
    assert found.origin is origin


def test_what_lets_nobody_in_is_no_way_into_a_role() -> None:
    denied = role({"AWS": "*"}, Effect="Deny")
    tagging = role({"AWS": STRANGER}, "sts:TagSession")
    nobody = role({"AWS": ["", ""]})
    assert list(entries([denied, tagging, nobody], (DEV,))) == []


@pytest.mark.parametrize("action", ["sts:AssumeRoleWithSAML", ["sts:TagSession", "STS:*"], "*"])
def test_every_way_of_entering_counts(action: Any) -> None:
    assert len(list(entries([role({"AWS": STRANGER}, action)], (DEV,)))) == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"encryption": ""}, "not encrypted by a rule of its own"),
        ({"blocked": False}, "public access is not blocked"),
        ({"policy": {}}, "requests without TLS are not refused"),
        (
            {"policy": {"Statement": [*TLS["Statement"], PUBLIC]}},
            "its policy lets anyone in",
        ),
    ],
    ids=["encryption", "public", "TLS", "policy"],
)
def test_each_fault_of_a_bucket_stands_on_the_first_screen(
    change: dict[str, Any], fault: str
) -> None:
    report = sample(deployed=deployed(buckets=(GOOD, replace(GOOD, name="bad", **change))))
    assert unprotected(report) == [f"bad: {fault}"]
    told = next(s for s in statements(report) if "bucket" in s.text)
    assert (told.good, told.text) == (False, f"1 fault of buckets: bad: {fault}")


@pytest.mark.parametrize(
    "resource",
    [
        {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0"}]},
        },
        {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"CidrIpv6": "::/0"}},
        {"Type": "AWS::Lambda::Url", "Properties": {}},
        {"Type": "AWS::SageMaker::Domain", "Properties": {}},
    ],
    ids=["group", "rule", "door", "Studio"],
)
def test_what_the_internet_reaches_stands_on_the_first_screen(resource: dict[str, Any]) -> None:
    report = sample(deployed=with_resources(Open=resource))
    assert len(exposed(report)) == 1
    told = [s for s in statements(report) if s.text.startswith("The internet may reach: dev")]
    assert [s.good for s in told] == [False]


def test_a_closed_network_is_not_said_to_be_open() -> None:
    found = with_resources(
        Group={
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/16"}]},
        },
        Studio={
            "Type": "AWS::SageMaker::Domain",
            "Properties": {"AppNetworkAccessType": "VpcOnly"},
        },
    )
    assert exposed(sample(deployed=found)) == []
    assert exposures(found)[0].studio == "VpcOnly"


def test_a_key_counts_where_the_resource_names_one() -> None:
    logs = {"Type": "AWS::Logs::LogGroup"}
    found = with_resources(
        Own={**logs, "Properties": {"KmsKeyId": "k"}},
        Aws={**logs, "Properties": {}},
        Registry={
            "Type": "AWS::ECR::Repository",
            "Properties": {"EncryptionConfiguration": {"KmsKey": {"Ref": "Key"}}},
        },
    )
    assert [(row.number, row.own_key) for row in stored(found)] == [(1, 1), (2, 1)]


def test_the_first_screen_says_who_enters_from_outside_and_who_is_an_administrator() -> None:
    stranger = replace(role({"AWS": STRANGER}), name="stranger")
    powerful = replace(
        role({"Service": "x"}),
        name="powerful",
        managed=("arn:aws:iam::aws:policy/AdministratorAccess",),
    )
    said = {
        s.text: s.good for s in statements(sample(deployed=deployed(roles=(stranger, powerful))))
    }
    assert said["Roles may be entered from outside of the platform: stranger"] is False
    assert said["AdministratorAccess is attached to powerful"] is False
    clean = {s.text: s.good for s in statements(sample(deployed=deployed()))}
    assert clean["1 role, none entered from outside of the platform's accounts"] is True
    assert clean["No role has AdministratorAccess"] is True


def test_an_attempt_that_was_not_refused_stands_on_the_first_screen() -> None:
    row = {"who": "x", "does": "y", "on": "z", "account": DEV, "decision": "denied", "by": "`S`"}
    shown = Evidence("access", (row, {**row, "decision": "allowed"}))
    report = sample(acts=(act(1, name="attack", evidence=(shown,)),))
    (told,) = [s for s in statements(report) if s.part == "attack"]
    assert (told.good, told.text) == (False, "1 of 2 attempts of an attacker refused as meant")


def test_an_accepted_finding_without_a_reason_stands_on_the_first_screen() -> None:
    accepted = Acknowledgement(app="infra", rule="R[x]", construct="a/b", reason="because")
    found = deployed(acknowledgements=(accepted, replace(accepted, reason=" ")))
    (told,) = [s for s in statements(sample(deployed=found)) if s.part == "findings"]
    assert (told.good, told.text) == (
        False,
        "2 accepted findings of rule packs, 1 without a reason",
    )
    assert "because R a/b" in text(sample(deployed=found))


def test_a_model_that_is_live_is_shown_as_it_is_at_the_end() -> None:
    pending = {
        "project": "c",
        "version": "arn:c/1",
        "status": "PendingManualApproval",
        "metrics": "{}",
    }
    gone = {"endpoint": "c-prod", "account": DEV, "version": "2", "stopped by": "alarm"}
    shown = (Evidence("model versions", (pending,)), Evidence("rollbacks", (gone,)))
    versions = (
        ModelVersion(project="c", version="arn:c/2", status="Approved"),
        ModelVersion(project="c", version="arn:c/1", status="Approved"),
    )
    said = text(sample(acts=(act(1, evidence=shown),), deployed=deployed(versions=versions)))
    assert "c, version 1 Approved PendingManualApproval arn:c/1" in said
    assert "c, version 2 Approved by a later act taken back in production by alarm arn:c/2" in said
    assert "Model of c, PendingManualApproval" not in said


def test_a_stack_that_went_back_on_purpose_is_no_fault_and_any_other_is() -> None:
    def status_of(stack: str, stage: str = "prod") -> str:
        rolled = Stack(name=stack, status="UPDATE_ROLLBACK_COMPLETE", resources=1)
        account = Account(account=DEV, region="r", role="unit/prod", stacks=(rolled,))
        row = {"endpoint": f"c-p-1-{stage}", "account": DEV, "version": "2", "stopped by": "alarm"}
        report = sample(
            acts=(act(1, evidence=(Evidence("rollbacks", (row,)),)),),
            observed=Observed(accounts=(account,)),
        )
        found = ElementTree.fromstring(page(report).removeprefix("<!doctype html>"))
        return next(
            f"{s.get('class')}: {s.tail or ''}"
            for s in found.iter("span")
            if s.text == "UPDATE_ROLLBACK_COMPLETE"
        )

    meant = "badge emulated:  as meant: the canary has failed"
    assert status_of("c-p-1-deploy-prod") == meant
    assert status_of("c-p-1-deploy-live-two", "live-two") == meant
    assert status_of("c-p-1-deploy-live-one", "live-two").startswith("badge bad")
    assert status_of("prod-mlops-infra").startswith("badge bad")


def test_templates_and_policies_are_no_part_of_the_json() -> None:
    policy = ManagedPolicy(account=DEV, arn=LEAD, document={"Statement": ["secret"]})
    shown = deployed(policies=(policy,)).as_json()
    assert "secret" not in str(shown)
    assert [bucket["name"] for bucket in shown["buckets"]] == ["good"]
