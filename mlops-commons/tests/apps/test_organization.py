"""An organization's boundary and bootstrap: everywhere, and nothing of the defaults beside them.

Asked of the example's templates and of IAM's rules; nothing here knows what made them.
"""

import json
import re
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import organization_example
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from checkouts import APPS_HERE
from organization_example import ACCOUNT, CONFIG, Template, folders, in_account
from policy_evaluation import Request, allows, listed

from mlops_commons.accounts.account_policies import Assemblies, account_policy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.assembly.validators import findings

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the policies of accounts are made of both apps"),
]

ROLE = "AWS::IAM::Role"
DEFAULTS = (b"hnb659fds", b"CDKToolkit")
"""What the AWS CDK calls a bootstrap that nobody has named (AWS CDK Developer Guide, "Customize AWS
CDK bootstrapping")."""
DENIED = (
    Request("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"),
    Request("organizations:LeaveOrganization", "*"),
    Request("ec2:RunInstances", "*", {"aws:RequestedRegion": "us-west-2"}),
)
"""What the example's organization denies everybody."""
HERE = Request("ec2:DescribeVpcs", "*", {"aws:RequestedRegion": "eu-west-1"})
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def templates() -> list[Template]:
    return organization_example.templates()


@pytest.fixture(scope="module")
def assemblies() -> Assemblies:
    return {folder: read_stacks(folder) for folder in folders().values()}


def builds(templates: list[Template]) -> list[dict[str, Any]]:
    """The variables of every build that has some."""
    return [
        {variable["Name"]: variable["Value"] for variable in variables}
        for template in templates
        for _, properties in template.of_type("AWS::CodeBuild::Project")
        if (variables := properties["Environment"].get("EnvironmentVariables"))
    ]


def gates(templates: list[Template]) -> list[dict[str, Any]]:
    """The settings of the functions that decide what projects deploy."""
    return [
        json.loads(properties["Environment"]["Variables"]["GATE_SETTINGS"])
        for template in templates
        for _, properties in template.of_type("AWS::Lambda::Function")
        if "GATE_SETTINGS" in properties.get("Environment", {}).get("Variables", {})
    ]


@pytest.mark.parametrize("app", APPS_HERE)
def test_the_gate_of_the_delivery_lets_the_templates_through(app: str) -> None:
    """With keys, buckets and roles of other accounts, as `check` looks at them."""
    assert list(map(str, findings(folders()[app]))) == []


def without_boundary(templates: list[Template]) -> list[tuple[str, str]]:
    return [
        (template.file.name, logical_id)
        for template in templates
        for kind in ("AWS::IAM::Role", "AWS::IAM::User")
        for logical_id, properties in template.of_type(kind)
        if not properties.get("PermissionsBoundary")
    ]


def test_every_role_of_every_template_has_a_boundary(templates: list[Template]) -> None:
    roles = [role for template in templates for role in template.of_type("AWS::IAM::Role")]
    products = [template for template in templates if ".product." in template.file.name]
    assert len(roles) > 60
    assert products
    assert without_boundary(templates) == []


def test_a_role_that_loses_its_boundary_is_found(templates: list[Template]) -> None:
    first = next(template for template in templates if any(template.of_type("AWS::IAM::Role")))
    text = json.dumps(first.content).replace('"PermissionsBoundary"', '"Nothing"')
    assert without_boundary([Template(first.file, json.loads(text))])


def statements_on(template: Template, role: str, properties: Mapping[str, Any]) -> list[Any]:
    """All that a role's boundary and policies say, those of its own template."""
    policies = dict(template.of_type("AWS::IAM::ManagedPolicy"))
    on_role = [
        name for name, policy in policies.items() if {"Ref": role} in policy.get("Roles", [])
    ]
    named = [*properties.get("ManagedPolicyArns", []), properties["PermissionsBoundary"]]
    on_role += [value["Ref"] for value in named if isinstance(value, dict) and "Ref" in value]
    documents = [in_account(policies[name]["PolicyDocument"], policies) for name in on_role]
    return [row for document in documents for row in listed(document["Statement"])]


def test_who_keeps_a_boundary_of_the_platform_is_denied_what_the_organization_denies(
    templates: list[Template],
) -> None:
    """Everybody else has the organization's own policy."""
    kept = 0
    for template in templates:
        for role, properties in template.of_type("AWS::IAM::Role"):
            if "Ref" not in properties["PermissionsBoundary"]:
                name = str(in_account(properties["PermissionsBoundary"], {})).rpartition("/")[2]
                assert name == "org-boundary" or "-project-boundary-" in name, role
                continue
            kept += 1
            statements = statements_on(template, role, properties)
            found = [r.action for r in DENIED if allows([*statements, EVERYTHING], r)]
            assert found == [], (template.file.name, role)
            assert allows([*statements, EVERYTHING], HERE), role
    assert kept >= 8


@pytest.mark.parametrize("kind", ["project-boundary", "deployment-boundary"])
def test_what_projects_make_is_denied_it_too(templates: list[Template], kind: str) -> None:
    found = [
        in_account(policy["PolicyDocument"], {})["Statement"]
        for template in templates
        for _, policy in template.of_type("AWS::IAM::ManagedPolicy")
        if kind in str(policy.get("ManagedPolicyName", ""))
    ]
    assert found
    for statements in found:
        # Only what the organization denies: a role of a project has its tag, and is asked as such.
        own = [s for s in statements if "aws:PrincipalTag" not in json.dumps(s.get("Condition"))]
        assert [r.action for r in DENIED if allows([*own, EVERYTHING], r)] == []
        assert allows([*own, EVERYTHING], HERE)


def test_no_template_and_no_asset_knows_the_bootstrap_that_nobody_has_named() -> None:
    """The code of the platform, which the repositories start with, has the default in it."""
    found = []
    for folder in folders().values():
        for file in (f for f in folder.rglob("*") if f.is_file()):
            content = file.read_bytes()
            if zipfile.is_zipfile(file):
                archive = zipfile.ZipFile(file)
                names = archive.namelist()
                if "mlops-multi-account.sh" in names:
                    continue
                content = b"".join(archive.read(name) for name in names)
            found += [(file.name, name) for name in DEFAULTS if name in content]
    assert found == []
    manifest = next(iter(folders().values())) / "manifest.json"
    assert b"cdk-acmeml01-deploy-role-" in manifest.read_bytes()


@pytest.mark.parametrize("row", bootstrap_plan(CONFIG), ids=lambda row: row.environment)
def test_cloudformation_makes_roles_with_these_boundaries_and_names_alone(
    row: Any, assemblies: Assemblies, templates: list[Template]
) -> None:
    policy = account_policy(row, assemblies, app_prefix=CONFIG.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    prefix = f"arn:aws:iam::{row.account}:policy/"
    stack = "ml-infra-deploy" if row.governs else f"{row.uses[0].stage_name}-mlops-infra"
    name = next(n for t in templates for n in role_names(t) if n.startswith(f"acme-{stack}"))
    role = f"arn:aws:iam::{row.account}:role/platform/ml/{name}"

    def may(action: str, boundary: str | None) -> bool:
        context = {"iam:PermissionsBoundary": boundary} if boundary else {}
        return allows(statements, Request(action, role, context))

    assert may("iam:CreateRole", f"{prefix}org-boundary")
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        for other in (None, "arn:aws:iam::aws:policy/AdministratorAccess", f"{prefix}other"):
            assert not may(action, other), (action, other)
    # Neither the path alone nor the name alone is enough.
    for foreign in (role.replace("/platform/ml/", "/"), role.replace("/acme-", "/other-")):
        context = {"iam:PermissionsBoundary": f"{prefix}org-boundary"}
        assert not allows(statements, Request("iam:CreateRole", foreign, context)), foreign


def test_the_boundaries_that_the_organization_has_to_accept_are_all_told(
    assemblies: Assemblies, templates: list[Template]
) -> None:
    """By the templates' own references, without what reads them for the command line."""
    rows = {row.account: row for row in bootstrap_plan(CONFIG)}
    policy = account_policy(rows[ACCOUNT], assemblies, app_prefix=CONFIG.app_prefix)
    told = [arn.rpartition("/")[2] for arn in policy.boundaries]
    assert any(row.startswith("mlops-business-unit-1-project-boundary") for row in told)
    assert any(row.startswith("mlops-business-unit-1-dev-deployment-boundary") for row in told)
    assert "org-boundary" in told
    made = {
        properties["PermissionsBoundary"]["Ref"]
        for template in templates
        if "devmlopsinfra" in template.file.name
        for _, properties in template.of_type("AWS::IAM::Role")
        if "Ref" in properties["PermissionsBoundary"]
    }
    assert len(made) >= 6
    for logical_id in made:
        name = f"dev-mlops-infra-{logical_id}-0123456789AB"
        assert any(fnmatchcase(name, pattern) for pattern in told), logical_id
    assert not any(fnmatchcase("anybody-else", pattern) for pattern in told)


PATH, PREFIX = "/platform/ml/", "acme-"
OF_OTHERS = ("AmazonSageMakerServiceCatalogProducts", "cdk-acmeml01-")
"""What SageMaker and the bootstrap name (SageMaker Developer Guide, "SageMaker AI Studio
permissions required to use projects"; AWS CDK Developer Guide, "Bootstrap template")."""
OF_AWS = ("aws-service-role/", "service-role/AmazonSageMakerServiceCatalogProducts")


def role_names(template: Template) -> list[str]:
    """The names of the roles that a template makes, or how they begin; empty for none."""
    found = [str(in_account(p.get("RoleName", ""), {})) for _, p in template.of_type(ROLE)]
    return [name.replace("${SageMakerProjectId}", "p-1") for name in found]


def wrongly_named(template: Template) -> list[str]:
    return [
        logical_id
        for (logical_id, role), name in zip(
            template.of_type(ROLE), role_names(template), strict=True
        )
        if not name.startswith(OF_OTHERS)
        and (role.get("Path") != PATH or not name.startswith(PREFIX) or len(name) > 64)
    ]


def wrongly_referred_to(template: Template) -> list[str]:
    """ARNs of roles without path or prefix, in whatever policy or property they stand."""
    text = json.dumps(in_account(template.content, {}))
    named = re.findall(r":iam::[^\s\"]*?:role/([^\"]*)", text)
    # Sessions do not show the path; a role of the template itself is named by its logical id here.
    sessions = set(re.findall(r":assumed-role/([^/\"]*)", text)) - set(
        template.content["Resources"]
    )
    named += [f"{PATH[1:]}{name}" for name in sessions]
    allowed = (f"{PATH[1:]}{PREFIX}", *OF_AWS, OF_OTHERS[1])
    return [name for name in named if not name.startswith(allowed) and name != "*"]


def test_every_role_has_path_and_prefix_of_the_organization(templates: list[Template]) -> None:
    found = [(t.file.name, names) for t in templates if (names := wrongly_named(t))]
    assert found == []
    names = [name for template in templates for name in role_names(template)]
    assert sum(name.startswith(PREFIX) for name in names) > 60


def test_no_policy_names_a_role_without_them(templates: list[Template]) -> None:
    found = [(t.file.name, names) for t in templates if (names := wrongly_referred_to(t))]
    assert found == []


def test_a_role_with_another_path_is_found_and_so_is_who_names_it(
    templates: list[Template],
) -> None:
    product = next(template for template in templates if ".product." in template.file.name)
    text = json.dumps(product.content)
    elsewhere = Template(product.file, json.loads(text.replace(PATH, "/elsewhere/")))
    assert len(wrongly_named(elsewhere)) > 8
    assert len(wrongly_referred_to(elsewhere)) > 8
    bare = Template(product.file, json.loads(text.replace('"acme-sagemaker', '"sagemaker')))
    assert len(wrongly_named(bare)) > 8


def test_two_roles_of_an_account_never_have_the_same_name(templates: list[Template]) -> None:
    stages = [t for t in templates if ".product." not in t.file.name]
    names = [name for template in stages for name in role_names(template)]
    own = [name for name in names if name.startswith(PREFIX)]
    assert len(own) == len(set(own))


def test_projects_and_their_gate_are_told_how_roles_are_named(templates: list[Template]) -> None:
    told = [row for row in builds(templates) if "REQUIRED_TAGS" in row]
    assert told
    assert {(row["ROLE_PATH"], row["ROLE_NAME_PREFIX"]) for row in told} == {(PATH, PREFIX)}
    assert {(row["role_path"], row["role_name_prefix"]) for row in gates(templates)} == {
        (PATH, PREFIX)
    }


ARCHIVE = "arn:aws:s3:::acme-log-archive"


def test_networks_write_their_flow_logs_to_the_archive(templates: list[Template]) -> None:
    found = [
        (properties["LogDestinationType"], properties["LogDestination"])
        for template in templates
        for _, properties in template.of_type("AWS::EC2::FlowLog")
    ]
    assert found == [("s3", f"{ARCHIVE}/networks/")] * 3


@pytest.mark.parametrize("row", bootstrap_plan(CONFIG), ids=lambda row: row.environment)
def test_cloudformation_makes_flow_logs_and_leaves_the_policy_of_the_archive_alone(
    row: Any, assemblies: Assemblies
) -> None:
    """Amazon EC2 would replace it in the name of whoever may (Amazon VPC User Guide, "Amazon S3
    bucket permissions for flow logs")."""
    policy = account_policy(row, assemblies, app_prefix=CONFIG.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    flow_log = f"arn:aws:ec2:eu-west-1:{row.account}:vpc-flow-log/fl-1"
    making = [Request("ec2:CreateFlowLogs", flow_log), Request("logs:CreateLogDelivery", "*")]
    assert all(allows(statements, request) for request in making) is not row.governs
    for action in ("s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:PutObject"):
        for resource in (ARCHIVE, f"{ARCHIVE}/networks/AWSLogs/{row.account}/x"):
            assert not allows(statements, Request(action, resource)), action


TAGS = {"CostCenter": "4711", "Owner": "ml-platform"}


def untagged(templates: list[Template]) -> list[tuple[str, str]]:
    """What could bear tags and lacks one, by CloudFormation's schemas (cfn-lint brings them)."""
    found = []
    for template in templates:
        for logical_id, resource in template.content["Resources"].items():
            if resource["Type"].startswith("Custom::"):
                continue
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", resource["Type"])
            tagging = schema.schema.get("tagging", {})
            name = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
            if name not in schema.schema["properties"] or tagging.get("taggable") is False:
                continue
            tags = resource.get("Properties", {}).get(name, {})
            given = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
            if not TAGS.items() <= given.items():
                found.append((template.file.name, logical_id))
    return found


def test_every_resource_that_can_have_tags_has_those_that_are_required(
    templates: list[Template],
) -> None:
    """In governance, in the stages, and in what people launch."""
    assert untagged(templates) == []


def test_a_resource_without_a_required_tag_is_found(templates: list[Template]) -> None:
    product = next(template for template in templates if ".product." in template.file.name)
    text = json.dumps(product.content).replace("CostCenter", "Other")
    assert len(untagged([Template(product.file, json.loads(text))])) > 10


def test_what_is_launched_gets_the_tags_from_service_catalog(templates: list[Template]) -> None:
    options = {
        properties["Key"]: properties["Value"]
        for template in templates
        for _, properties in template.of_type("AWS::ServiceCatalog::TagOption")
    }
    assert options == TAGS
    associations = [
        properties
        for template in templates
        for _, properties in template.of_type("AWS::ServiceCatalog::TagOptionAssociation")
    ]
    assert len(associations) == len(TAGS)


def test_deliveries_of_projects_are_told_the_tags(templates: list[Template]) -> None:
    told = [
        json.loads(variable["Value"])
        for template in templates
        for _, properties in template.of_type("AWS::CodeBuild::Project")
        for variable in properties["Environment"].get("EnvironmentVariables", ())
        if variable["Name"] == "REQUIRED_TAGS"
    ]
    assert told
    assert all(tags == TAGS for tags in told)


def test_every_bucket_logs_into_the_organization_s_of_its_account(
    templates: list[Template],
) -> None:
    """Governance's, the platform's, and those that a launch makes; none is made for logs alone."""
    places = ("111111111111", "${AWS::AccountId}", ACCOUNT, "333333333333", "444444444444")
    allowed = {f"acme-s3-access-logs-{account}-eu-west-1" for account in places}
    buckets = [
        (template.file.name, name, properties)
        for template in templates
        for name, properties in template.of_type("AWS::S3::Bucket")
    ]
    assert len(buckets) > 10
    for *where, properties in buckets:
        logged = properties["LoggingConfiguration"]
        assert logged["DestinationBucketName"] in allowed, where
        assert logged["LogFilePrefix"] == "mlops/"
        assert logged["TargetObjectKeyFormat"].keys() == {"PartitionedPrefix"}, where


def test_projects_and_their_gate_are_told_where_access_is_logged(
    templates: list[Template],
) -> None:
    named = "acme-s3-access-logs-{account}-eu-west-1"
    deliveries = [row for row in builds(templates) if "REQUIRED_TAGS" in row]
    assert deliveries
    for row in deliveries:
        assert (row["ACCESS_LOGS_BUCKET"], row["ACCESS_LOGS_PREFIX"]) == (named, "mlops/")
    assert {row["access_logs"] for row in gates(templates)} == {named}


KEYS = "arn:aws:kms:eu-west-1:999999999999:key/mrk-"
STUDIO_KEY = f"{KEYS}1a2b3c4d5e6f47089a0b1c2d3e4f5061"
DELIVERIES_KEY = f"{KEYS}5e6f47089a0b1c2d3e4f50611a2b3c4d"
LOGS_KEY = f"{KEYS}0f1e2d3c4b5a697887960a1b2c3d4e5f"


def test_stages_make_no_key_where_the_organization_has_one(templates: list[Template]) -> None:
    stages = [template for template in templates if "mlopsinfra" in template.file.name]
    made = [name for template in stages for name, _ in template.of_type("AWS::KMS::Key")]
    assert len(stages) == 3
    assert not [name for name in made if not name.startswith("StudioMlflow")]
    domains = [row for t in stages for _, row in t.of_type("AWS::SageMaker::Domain")]
    assert {domain["KmsKeyId"] for domain in domains} == {STUDIO_KEY}
    groups = [row for t in stages for row in t.of_type("AWS::Logs::LogGroup")]
    for name, group in groups:
        assert group["KmsKeyId"] == (LOGS_KEY if name.startswith("Network") else STUDIO_KEY), name


def test_deliveries_are_under_the_organization_s_key(templates: list[Template]) -> None:
    pipelines = [t for t in templates if any(t.of_type("AWS::CodePipeline::Pipeline"))]
    pipelines = [t for t in pipelines if ".product." not in t.file.name]
    assert len(pipelines) == 2
    for template in pipelines:
        assert not list(template.of_type("AWS::KMS::Key"))
        for _, group in template.of_type("AWS::Logs::LogGroup"):
            assert group["KmsKeyId"] == DELIVERIES_KEY
        for _, topic in template.of_type("AWS::SNS::Topic"):
            assert topic["KmsMasterKeyId"] == DELIVERIES_KEY
        for _, bucket in template.of_type("AWS::S3::Bucket"):
            (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == DELIVERIES_KEY
        for _, pipeline in template.of_type("AWS::CodePipeline::Pipeline"):
            assert pipeline["ArtifactStore"]["EncryptionKey"]["Id"] == DELIVERIES_KEY
        for _, project in template.of_type("AWS::CodeBuild::Project"):
            assert project.get("EncryptionKey", DELIVERIES_KEY) == DELIVERIES_KEY


def test_roles_of_deliveries_name_the_key(templates: list[Template]) -> None:
    """The policy of a key of another account is half of a permission."""
    for template in templates:
        if not any(template.of_type("AWS::CodePipeline::Pipeline")):
            continue
        if ".product." in template.file.name:
            continue
        users = {
            policy["Roles"][0]["Ref"]
            for _, policy in template.of_type("AWS::IAM::Policy")
            for statement in policy["PolicyDocument"]["Statement"]
            if statement.get("Resource") == DELIVERIES_KEY
        }
        assert len(users) >= 4, template.file.name


def test_a_project_has_keys_of_its_own(templates: list[Template]) -> None:
    products = [template for template in templates if ".product." in template.file.name]
    for product in products:
        assert len(list(product.of_type("AWS::KMS::Key"))) >= 2
        assert KEYS not in json.dumps(product.content)


@pytest.mark.parametrize("row", bootstrap_plan(CONFIG), ids=lambda row: row.environment)
def test_cloudformation_uses_the_organization_s_keys_and_changes_none(
    row: Any, assemblies: Assemblies
) -> None:
    """What a domain needs of its key is in the schema of its type; a log group needs nothing."""
    policy = account_policy(row, assemblies, app_prefix=CONFIG.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    tagged = {
        "aws:ResourceTag/cdk-app": "mlops-infra",
        "aws:ResourceTag/sagemaker:project-name": "x",
    }
    has_studio = row.account == ACCOUNT
    for key, used in ((STUDIO_KEY, has_studio), (LOGS_KEY, False)):
        for action in ("DescribeKey", "GenerateDataKeyWithoutPlaintext"):
            assert allows(statements, Request(f"kms:{action}", key)) is used
        granted = Request("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})
        assert allows(statements, granted) is used
        assert not allows(statements, Request("kms:CreateGrant", key))
        for action in ("PutKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "TagResource"):
            assert not allows(statements, Request(f"kms:{action}", key, tagged)), action
