"""Who may do what, by evaluating the policies that the personas really get."""

import fnmatch
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.policies import POLICIES
from mlops_infra.access.roles import persona_resources, policy_id, role_id

pytestmark = pytest.mark.construct

ACCOUNT, REGION = "111111111111", "eu-west-1"
OWN_PROFILE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:user-profile/d-1/ds-ana"
LEAD_PROFILE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:user-profile/d-1/lead-ds-eva"
REQUEST = {
    "aws:PrincipalAccount": ACCOUNT,
    "aws:ResourceAccount": ACCOUNT,
    "iam:PassedToService": "sagemaker.amazonaws.com",
    "sagemaker:VpcSubnets": "subnet-1",
    "sagemaker:DomainId": "d-1",
    "sagemaker:UserProfileName": "ds-ana",
    "sagemaker:OwnerUserProfileArn": OWN_PROFILE,
    "sagemaker:SpaceSharingType": "Private",
    "servicecatalog:userLevel": "self",
    "kms:ViaService": f"s3.{REGION}.amazonaws.com",
    "kms:GrantIsForAWSResource": "true",
}
KEYS = [persona.key for persona in PERSONAS]


def rendered(value: Any) -> Any:
    """The resources as they stand in the account: intrinsic functions resolved."""
    known = {
        "Partition": "aws",
        "Region": REGION,
        "AccountId": ACCOUNT,
        "URLSuffix": "amazonaws.com",
    }
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"}:
            text = re.sub(r"[$][{]AWS::(\w+)[}]", lambda m: known[m[1]], value["Fn::Sub"])
            return text.replace("${!", "${")
        if set(value) == {"Ref"}:
            return known.get(value["Ref"].removeprefix("AWS::"), value["Ref"])
        if set(value) == {"Fn::GetAtt"}:
            return f"arn:aws:iam::{ACCOUNT}:role/{value['Fn::GetAtt'][0]}"
        return {key: rendered(inner) for key, inner in value.items()}
    return [rendered(inner) for inner in value] if isinstance(value, list) else value


RESOURCES = rendered(persona_resources("mlops", ""))


def statements_of(key: str) -> Iterator[dict[str, Any]]:
    (role,) = (role_id(persona) for persona in PERSONAS if persona.key == key)
    for resource in RESOURCES.values():
        if role in resource["Properties"].get("Roles", []):
            yield from resource["Properties"]["PolicyDocument"]["Statement"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def holds(operator: str, key: str, wanted: Any, request: dict[str, str]) -> bool:
    """One condition of a statement (IAM User Guide, "IAM JSON policy elements: Condition")."""
    if operator == "Null":
        return (key not in request) == (wanted == "true")
    if key not in request:
        return operator.endswith("IfExists")
    texts = [re.sub(r"[$][{]([^}]+)[}]", lambda m: request[m[1]], text) for text in as_list(wanted)]
    if operator in ("ArnLike", "StringLike"):
        return any(fnmatch.fnmatchcase(request[key], text) for text in texts)
    assert operator in ("StringEquals", "Bool"), operator
    return request[key] in texts


def applies(statement: dict[str, Any], action: str, resource: str, request: dict[str, str]) -> bool:
    return (
        any(fnmatch.fnmatch(action.lower(), p.lower()) for p in as_list(statement["Action"]))
        and any(fnmatch.fnmatchcase(resource, p) for p in as_list(statement["Resource"]))
        and all(
            holds(operator, key, wanted, request)
            for operator, entries in statement.get("Condition", {}).items()
            for key, wanted in entries.items()
        )
    )


def may(key: str, action: str, resource: str, **changes: str | None) -> bool:
    """Whether a persona may: an explicit deny wins, else one allow is enough."""
    request = {**REQUEST, **{name.replace("__", ":"): v for name, v in changes.items()}}
    present = {name: value for name, value in request.items() if value is not None}
    effects = {
        statement["Effect"]
        for statement in statements_of(key)
        if applies(statement, action, resource, present)
    }
    return effects == {"Allow"}


def here(resource: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource}"


LEAD_ONLY = (
    ("sagemaker:CreateProject", here("project/churn")),
    ("sagemaker:UpdateModelPackage", here("model-package/churn/1")),
    ("servicecatalog:ProvisionProduct", f"arn:aws:catalog:{REGION}:{ACCOUNT}:product/prod-1"),
)


@pytest.mark.parametrize(("action", "resource"), LEAD_ONLY)
@pytest.mark.parametrize("key", KEYS)
def test_only_a_lead_starts_projects_and_approves_models(
    key: str, action: str, resource: str
) -> None:
    assert may(key, action, resource) is (key == "lead_data_scientist")


@pytest.mark.parametrize("other", KEYS)
@pytest.mark.parametrize("key", KEYS)
def test_a_persona_can_pass_its_own_role_and_no_other(key: str, other: str) -> None:
    role = next(role_id(persona) for persona in PERSONAS if persona.key == other)
    passes = may(key, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{role}")
    assert passes is (key == other and key != "auditor")


@pytest.mark.parametrize("key", KEYS)
def test_a_role_is_passed_to_sagemaker_only(key: str) -> None:
    role = next(role_id(persona) for persona in PERSONAS if persona.key == key)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    assert not may(key, "iam:PassRole", arn, iam__PassedToService="lambda.amazonaws.com")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/LeadDataScientistRole"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:any"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:any"),
        ("sagemaker:CreatePresignedDomainUrl", LEAD_PROFILE),
        ("sagemaker:UpdateUserProfile", OWN_PROFILE),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/DataScientistRole"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::mlops-data"),
        ("s3:DeleteBucket", "arn:aws:s3:::mlops-data"),
    ],
)
def test_nobody_gets_around_through_another_service(key: str, action: str, resource: str) -> None:
    assert not may(key, action, resource)


@pytest.mark.parametrize("key", ["data_scientist", "lead_data_scientist", "ml_engineer"])
def test_people_work_in_their_own_space_and_not_in_anothers(key: str) -> None:
    app = here("app/d-1/space/JupyterLab/default")
    assert may(key, "sagemaker:CreateApp", app)
    assert not may(key, "sagemaker:CreateApp", app, sagemaker__OwnerUserProfileArn=LEAD_PROFILE)
    assert not may(key, "sagemaker:CreateApp", app, sagemaker__SpaceSharingType="Shared")


@pytest.mark.parametrize("key", ["data_scientist", "lead_data_scientist", "ml_engineer"])
@pytest.mark.parametrize("action", ["CreateTrainingJob", "CreateProcessingJob", "CreateModel"])
def test_jobs_and_models_need_the_vpc(key: str, action: str) -> None:
    kind = {"CreateTrainingJob": "training-job", "CreateProcessingJob": "processing-job"}
    resource = here(f"{kind.get(action, 'model')}/churn")
    assert may(key, f"sagemaker:{action}", resource)
    assert not may(key, f"sagemaker:{action}", resource, sagemaker__VpcSubnets=None)


def test_a_bucket_of_another_account_is_out_of_reach_whatever_its_name() -> None:
    assert may("data_scientist", "s3:GetObject", "arn:aws:s3:::mlops-churn/data.csv")
    assert not may(
        "data_scientist",
        "s3:GetObject",
        "arn:aws:s3:::mlops-churn/data.csv",
        aws__ResourceAccount="999999999999",
    )
    assert not may("data_scientist", "s3:GetObject", "arn:aws:s3:::payroll/data.csv")


def test_keys_are_used_through_services_only() -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert may("data_scientist", "kms:Decrypt", key)
    assert not may("data_scientist", "kms:Decrypt", key, kms__ViaService=None)


def test_an_ml_engineer_operates_endpoints_and_a_data_scientist_does_not() -> None:
    assert may("ml_engineer", "sagemaker:UpdateEndpoint", here("endpoint/churn"))
    assert not may("data_scientist", "sagemaker:UpdateEndpoint", here("endpoint/churn"))


def test_an_auditor_only_reads() -> None:
    reading = re.compile(r"\w+:(Describe|List|Get|Search|Filter)")
    actions = [a for s in statements_of("auditor") for a in as_list(s["Action"])]
    assert len(actions) > 20
    assert [action for action in actions if not reading.match(action)] == []


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_policy_is_within_the_limit_of_iam(policy: Any) -> None:
    document = RESOURCES[policy_id(policy)]["Properties"]["PolicyDocument"]
    assert len(json.dumps(document, separators=(",", ":"))) <= 6144


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_wildcard_has_a_reason_and_no_action_has_one(policy: Any) -> None:
    for statement in policy.statements("mlops"):
        assert not [action for action in statement.actions if "*" in action]
        if statement.effect == "Allow" and any("*" in r for r in statement.resources):
            assert len(statement.reason) > 30, statement.sid


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_trusts_sagemaker_of_this_account_and_is_in_the_contract(persona: Any) -> None:
    role = RESOURCES[role_id(persona)]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    parameter = RESOURCES[f"{role_id(persona)}Parameter"]["Properties"]
    assert parameter["Name"] == persona.parameter.value


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_a_role_has_no_more_policies_than_iam_attaches(persona: Any) -> None:
    assert len(persona.policies) + 1 <= 10
    assert set(persona.policies) <= {policy.name for policy in POLICIES}


def test_a_namespace_goes_in_front_of_the_parameters() -> None:
    resources = persona_resources("mlops", "team-a")
    names = {
        r["Properties"]["Name"] for r in resources.values() if r["Type"] == "AWS::SSM::Parameter"
    }
    assert all(name.startswith("/team-a/mlops/role/") for name in names)
