"""A set outside of governance's region: what its pipeline keeps there, and who may make it."""

import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from checkouts import APPS_HERE
from policy_evaluation import Request, allows, listed

from mlops_commons.accounts.account_policies import (
    Assemblies,
    generated_policy,
    stacks_of,
)
from mlops_commons.accounts.bootstrap_plan import BootstrapRow, bootstrap_plan
from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.config import load_config
from mlops_commons.config.projects_of_sets import obstacles
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES

pytestmark = pytest.mark.app

EXAMPLE = EXAMPLES / "two-regions"
CONFIG = load_config(EXAMPLE / CDK_APP_CONFIG.name, EXAMPLE / CDK_INFRA_APP_CONFIG.name)
HOME, AWAY = "eu-west-1", "eu-central-1"
PACKAGES = {"infra": "mlops_infra", "template": "cdk_service_catalog"}
AWS_ACTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # AWS Key Management Service Developer Guide, "Controlling access to aliases": the caller needs
    # CreateAlias, UpdateAlias and DeleteAlias on the alias and on each key that it is about.
    "AWS::KMS::Alias": {
        "kms:CreateAlias": ("alias", "key"),
        "kms:UpdateAlias": ("alias", "key"),
        "kms:DeleteAlias": ("alias", "key"),
        "kms:ListAliases": ("any",),
    },
    # The handlers of the resource type in CloudFormation's registry, as far as the template has
    # the properties; the actions of each property by Amazon S3's and KMS's API references.
    "AWS::KMS::Key": {
        "kms:CreateKey": ("new key",),
        "kms:TagResource": ("new key", "key"),
        "kms:EnableKeyRotation": ("key",),
        "kms:DescribeKey": ("key",),
        "kms:PutKeyPolicy": ("key",),
        "kms:UntagResource": ("key",),
        "kms:ListResourceTags": ("key",),
        "kms:ScheduleKeyDeletion": ("key",),
    },
    "AWS::S3::Bucket": {
        "s3:CreateBucket": ("bucket",),
        "s3:PutEncryptionConfiguration": ("bucket",),
        "s3:PutLifecycleConfiguration": ("bucket",),
        "s3:PutBucketOwnershipControls": ("bucket",),
        "s3:PutBucketPublicAccessBlock": ("bucket",),
        "s3:PutBucketTagging": ("bucket",),
        "s3:PutBucketVersioning": ("bucket",),
        "s3:DeleteBucket": ("bucket",),
    },
    "AWS::S3::BucketPolicy": {
        "s3:GetBucketPolicy": ("bucket",),
        "s3:PutBucketPolicy": ("bucket",),
        "s3:DeleteBucketPolicy": ("bucket",),
    },
}
NOT_SET: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "AWS::KMS::Alias": {},
    "AWS::S3::BucketPolicy": {},
    "AWS::KMS::Key": {
        "Enabled": ("kms:DisableKey", "kms:EnableKey"),
        "Description": ("kms:UpdateKeyDescription",),
        # Rotation is on, and nothing here switches it off.
        "RotationPeriodInDays": ("kms:DisableKeyRotation",),
    },
}
"""The actions of properties that the template does not have."""


@dataclass(frozen=True)
class Support:
    """The stack of one pipeline in the other region."""

    stack: StackSummary
    template: Mapping[str, Any]

    def of_type(self, kind: str) -> Mapping[str, Any]:
        """The properties of the only resource of a type."""
        (found,) = (r for r in self.template["Resources"].values() if r["Type"] == kind)
        properties: Mapping[str, Any] = found["Properties"]
        return properties


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Assemblies:
    """Both apps, or that of this repository, without the CDK CLI."""
    found = {}
    for app in APPS_HERE:
        folder = tmp_path_factory.mktemp(app)
        module = importlib.import_module(f"{PACKAGES[app]}.application")
        module.build_app(CONFIG, outdir=str(folder)).synth()
        found[folder] = read_stacks(folder)
    return found


@pytest.fixture(scope="module")
def supports(assemblies: Assemblies) -> list[Support]:
    return [
        Support(stack, json.loads((folder / stack.template).read_text()))
        for folder, stacks in assemblies.items()
        for stack in stacks
        if "-support-" in stack.stack
    ]


@pytest.fixture(scope="module")
def governance() -> BootstrapRow:
    return next(row for row in bootstrap_plan(CONFIG) if row.governs)


@pytest.fixture(scope="module")
def statements(governance: BootstrapRow, assemblies: Assemblies) -> list[dict[str, Any]]:
    derived = generated_policy(governance, assemblies)
    found: list[dict[str, Any]] = policy_document(derived.statements)["Statement"]
    return found


def test_every_set_that_goes_elsewhere_has_its_copies_in_governances_account(
    supports: list[Support], governance: BootstrapRow
) -> None:
    found = {(s.stack.account, s.stack.region, s.stack.stack) for s in supports}
    # The set in two regions has no projects, so the template app has no pipeline for it.
    delivered = [("infra", "retail"), ("infra", "credit"), ("template", "retail")]
    assert found == {
        (governance.account, AWAY, f"ml-{app}-deploy-pipeline-{name}-support-{AWAY}")
        for app, name in delivered
        if app in APPS_HERE
    }


def places(support: Support, account: str) -> Mapping[str, Request]:
    """What each word of the table means for a stack: resource, and what the call says of it."""
    tags = {tag["Key"]: tag["Value"] for tag in support.of_type("AWS::KMS::Key")["Tags"]}
    kms = f"arn:aws:kms:{AWAY}:{account}:"
    key = f"{kms}key/1234abcd-12ab-34cd-56ef-1234567890ab"
    requested = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    present = {f"aws:ResourceTag/{name}": value for name, value in tags.items()}
    bucket = support.of_type("AWS::S3::Bucket")["BucketName"]
    return {
        "any": Request("", "*"),
        "alias": Request("", kms + support.of_type("AWS::KMS::Alias")["AliasName"]),
        "new key": Request("", "*", requested),
        "key": Request("", key, present),
        "bucket": Request("", f"arn:aws:s3:::{bucket}"),
    }


def asked(support: Support, account: str) -> Iterator[Request]:
    """Every call that the making, changing and removing of a stack takes."""
    where = places(support, account)
    for kind, actions in AWS_ACTIONS.items():
        assert support.of_type(kind)
        for action, resources in actions.items():
            for name in resources:
                yield replace(where[name], action=action)


def test_governances_role_may_make_change_and_remove_what_is_kept_elsewhere(
    supports: list[Support], governance: BootstrapRow, statements: list[dict[str, Any]]
) -> None:
    for support in supports:
        types = {resource["Type"] for resource in support.template["Resources"].values()}
        assert types == set(AWS_ACTIONS)
        wanted = list(asked(support, governance.account))
        assert [request for request in wanted if not allows(statements, request)] == []


def test_every_action_of_the_registrys_handlers_is_asked_for_or_of_a_property_that_nobody_sets(
    supports: list[Support],
) -> None:
    """So that a property which is added brings its actions into the table."""
    for support in supports:
        for kind in ("AWS::KMS::Key", "AWS::KMS::Alias", "AWS::S3::BucketPolicy"):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(AWAY, kind).schema
            handlers = ("create", "update", "delete")
            named = {a for h in handlers for a in schema["handlers"][h]["permissions"]}
            unset = set(NOT_SET[kind]) - set(support.of_type(kind))
            spared = {action for name in unset for action in NOT_SET[kind][name]}
            assert named - spared <= set(AWS_ACTIONS[kind]), kind


def test_the_role_gets_nothing_else_in_the_other_region(
    statements: list[dict[str, Any]], governance: BootstrapRow
) -> None:
    there = {
        resource
        for statement in statements
        for resource in listed(statement["Resource"])
        if f":{AWAY}:" in resource
    }
    assert {arn.split(":")[2] for arn in there} == {"kms"}
    # The region is not bootstrapped: its bucket for assets is whoever's takes the name first.
    assets = f"arn:aws:s3:::cdk-hnb659fds-assets-{governance.account}-{AWAY}/evil.zip"
    assert not allows(statements, Request("s3:GetObject", assets))


def test_a_stage_elsewhere_is_made_by_the_role_of_its_own_region(assemblies: Assemblies) -> None:
    for row in bootstrap_plan(CONFIG):
        regions = {stack.environment.region for stack in stacks_of(row, assemblies)}
        assert regions == ({HOME, AWAY} if row.governs else {row.region})


def test_every_resource_elsewhere_that_can_have_tags_says_whose_it_is(
    supports: list[Support],
) -> None:
    for support in supports:
        for kind in ("AWS::KMS::Key", "AWS::S3::Bucket"):
            tags = {tag["Key"]: tag["Value"] for tag in support.of_type(kind)["Tags"]}
            assert tags["cdk-app"].startswith(f"{CONFIG.app_prefix}-")


def test_the_set_in_two_regions_has_no_projects_and_the_other_has() -> None:
    by_name = {deployment.set_name: deployment for deployment in CONFIG.enabled_deployments}
    assert obstacles(CONFIG, by_name["retail"]) == ()
    (found,) = obstacles(CONFIG, by_name["credit"])
    assert f"prod in {AWAY}" in str(found)
