"""The rules of Verify against templates of an attacker; each rule is missed where it is dropped."""

from dataclasses import replace

import pytest
from hostile_templates import (
    ARCHIVE,
    NAMED,
    ROWS,
    SETTINGS,
    VERSION,
    Row,
    Template,
    bucket_policy,
    component,
    definition,
    good,
    properties,
)
from launched_projects import PREPROD, PROD

from cdk_service_catalog.gate.runtime.rules import RULES, Rule, refusals, report

pytestmark = pytest.mark.pure


def broken(template: Template, rules: tuple[Rule, ...] = RULES) -> set[str]:
    found = refusals({"prod": template}, SETTINGS, NAMED, VERSION, archives=(ARCHIVE,), rules=rules)
    return {refusal.rule.name for refusal in found}


def test_what_a_deploy_app_makes_is_accepted() -> None:
    found = refusals({"prod": good()}, SETTINGS, NAMED, VERSION, archives=(ARCHIVE,))
    assert not found, report(found)


def test_access_is_logged_where_the_organization_wants_it_and_nowhere_else() -> None:
    named = replace(SETTINGS, access_logs="acme-logs-{account}")
    for account, refused in ((PROD, False), (PREPROD, True)):
        template = good()
        to = {"DestinationBucketName": f"acme-logs-{account}", "LogFilePrefix": "mlops/"}
        properties("Bucket", LoggingConfiguration=to)(template)
        found = refusals({"prod": template}, named, NAMED, VERSION, archives=(ARCHIVE,))
        assert bool(found) is refused, report(found)
        assert "copies" in broken(template)


def test_roles_are_named_as_the_organization_wants_them_and_not_otherwise() -> None:
    wanted = replace(SETTINGS, role_path="/platform/", role_name_prefix="acme-")

    def refused(path: str, prefix: str) -> set[str]:
        template = good()
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Role":
                row = resource["Properties"]
                row |= {"RoleName": f"{prefix}{row['RoleName']}", "Path": path}
        found = refusals({"prod": template}, wanted, NAMED, VERSION, archives=(ARCHIVE,))
        return {refusal.rule.name for refusal in found}

    assert refused("/platform/", "acme-") == set()
    for path, prefix in (("/", "acme-"), ("/platform/", ""), ("/platform/", "other-")):
        assert refused(path, prefix) == {"role-names"}, (path, prefix)
    assert refused("/platform/x/", "acme-") == {"role-names"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_an_attack_is_refused_by_its_rule(row: Row) -> None:
    template = good()
    row.change(template)
    assert row.rule in broken(template)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_a_rule_an_attack_goes_through(rule: Rule) -> None:
    """No rule is there for show: some row is refused by it and by no other."""
    others = tuple(other for other in RULES if other is not rule)
    through = []
    for row in ROWS:
        if row.rule == rule.name:
            template = good()
            row.change(template)
            through += [] if broken(template, others) else [row.what]
    assert through


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_refusal_says_where_what_is_allowed_and_what_to_do(row: Row) -> None:
    template = good()
    row.change(template)
    text = report(refusals({"prod": template}, SETTINGS, NAMED, VERSION, archives=(ARCHIVE,)))
    assert f"[{row.rule}] prod.template.json, " in text
    assert "\n  allowed: " in text
    assert "\n  do: " in text
    assert len(text) < 5000 or len(ROWS) == 1
    assert "{" not in text.split("allowed:")[1].split("do:")[0].replace("{{resolve", "")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        {"ArnLike": {"AWS:SourceArn": {"Fn::GetAtt": ["Bucket", "Arn"]}}},
        {"ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:aws:logs:x:${AWS::AccountId}:y"}}},
    ],
)
def test_a_service_that_works_for_the_account_alone_is_let_in(condition: Template) -> None:
    template = good()
    bucket_policy(Principal={"Service": "logging.s3.amazonaws.com"}, Condition=condition)(template)
    assert not broken(template)


@pytest.mark.parametrize(
    "values",
    [
        {"Tags": [{"Key": "first", "Value": {"Fn::Select": [0, {"Ref": "Subnets"}]}}]},
        {"Tags": [{"Value": {"Fn::Select": [1, {"Fn::Split": [",", {"Ref": "Subnets"}]}]}}]},
        {"Tags": [{"Value": {"Fn::Join": [",", {"Ref": "Subnets"}]}}]},
        {"Tags": [{"Value": {"Fn::Select": ["1", ["a", {"Ref": "Plain"}]]}}]},
    ],
)
def test_functions_that_hide_nothing_are_accepted(values: Template) -> None:
    template = good()
    properties("Bucket", **values)(template)
    assert not broken(template)


def test_a_job_in_the_private_network_is_accepted() -> None:
    template = good()
    vpc = '{"Subnets": ["${S}", "${S}"], "SecurityGroupIds": ["${G}"]}'
    definition(network=f'"VpcConfig": {vpc}')(template)
    template["Parameters"]["Group"] = {
        "Type": "AWS::SSM::Parameter::Value<String>",
        "Default": "/vpc/sg/id",
    }
    body = template["Resources"]["Pipeline"]["Properties"]["PipelineDefinition"]
    body["PipelineDefinitionBody"]["Fn::Sub"][1] |= {
        "S": {"Fn::Join": ['","', {"Ref": "Subnets"}]},
        "G": {"Ref": "Group"},
    }
    assert not broken(template)


SIZE = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
MODEL = {"Fn::GetAtt": ["Model", "ModelName"]}


@pytest.mark.parametrize(
    ("variants", "allowed", "refused"),
    [
        ([{"ModelName": MODEL, "ServerlessConfig": SIZE}], True, set()),
        ([{"ModelName": {"Ref": "Model"}, "ServerlessConfig": SIZE}], True, set()),
        ([{"ModelName": MODEL, "ServerlessConfig": SIZE}], False, {"isolation"}),
        ([{"ModelName": MODEL}], True, {"isolation"}),
        (
            [{"ModelName": MODEL, "ServerlessConfig": SIZE}, {"ModelName": MODEL}],
            True,
            {"isolation"},
        ),
        ([], True, {"isolation"}),
    ],
)
def test_only_a_serverless_model_has_a_network_and_only_where_the_configuration_says_so(
    variants: list[Template], allowed: bool, refused: set[str]
) -> None:
    template = good()
    del template["Resources"]["Model"]["Properties"]["EnableNetworkIsolation"]
    template["Resources"]["Configuration"]["Properties"]["ProductionVariants"] = variants
    settings = replace(SETTINGS, serverless_endpoints=allowed)

    def rules() -> set[str]:
        found = refusals({"prod": template}, settings, NAMED, VERSION, archives=(ARCHIVE,))
        return {refusal.rule.name for refusal in found}

    # A batch would be scored outside of the private network.
    assert rules() == refused | {"pipelines"}
    del template["Resources"]["Pipeline"]
    assert rules() == refused


def test_a_component_with_the_model_of_the_template_is_accepted_on_isolated_machines() -> None:
    template = good()
    component()(template)
    properties(
        "Configuration",
        ProductionVariants=[{"InstanceType": "ml.m5.large"}],
        ExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
    )(template)
    assert not broken(template)
    found = refusals({"prod": template}, SETTINGS, NAMED, "none", archives=(ARCHIVE,))
    assert "Component" in {f.logical_id for f in found if f.rule.name == "models"}


def test_without_a_version_nothing_serves_one() -> None:
    found = refusals({"prod": good()}, SETTINGS, NAMED, "none", archives=(ARCHIVE,))
    serving = {f.logical_id for f in found if f.rule.name == "models"}
    assert {"Model", "Configuration", "Endpoint", "Pipeline"} <= serving
    parked = {**good(), "Resources": {"Bucket": good()["Resources"]["Bucket"]}}
    assert not refusals({"prod": parked}, SETTINGS, NAMED, "none", archives=(ARCHIVE,))


def test_a_type_that_the_configuration_names_may_be_deployed() -> None:
    template = good()
    template["Resources"]["Table"] = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
    assert broken(template) == {"types"}
    allowed = replace(SETTINGS, deploys=("AWS::DynamoDB::Table",))
    assert not refusals({"prod": template}, allowed, NAMED, VERSION, archives=(ARCHIVE,))
    template["Resources"]["Table"]["Properties"]["TableName"] = "customers"
    (found,) = refusals({"prod": template}, allowed, NAMED, VERSION, archives=(ARCHIVE,))
    assert found.rule.name == "names"
