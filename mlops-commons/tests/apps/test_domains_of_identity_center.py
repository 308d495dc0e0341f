"""CloudFormation makes a domain that people enter by Identity Center, and nothing there itself."""

import importlib
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from policy_evaluation import Request, allows

from mlops_commons.accounts.account_policies import account_policy
from mlops_commons.accounts.bootstrap_plan import bootstrap_plan
from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, SAMPLE

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif("infra" not in APPS_HERE, reason="domains are of the other app"),
]

LOOKING = (
    ("sso:ListInstances", "*"),
    ("sso:DescribeInstance", "arn:aws:sso:::instance/ssoins-1234567890abcdef"),
    ("identitystore:ListUsers", "arn:aws:identitystore::999999999999:identitystore/d-123456789a"),
    ("identitystore:ListUsers", "arn:aws:identitystore:::user/*"),
    ("identitystore:DescribeUser", "arn:aws:identitystore:::user/ana"),
)
"""What CloudFormation calls for a profile of a user (its registry, AWS::SageMaker::UserProfile), on
what these calls name (Service Authorization Reference)."""
STUDIO = "sagemaker.amazonaws.com"
ANA = "{user_profile_name: ana, identity_center_user: ana@acme.com}"
INFRA = f"""\
cdk_infra_app_config:
  sagemaker:
    auth_mode: SSO
    profiles:
      data_scientists: {{users: [{ANA}]}}
      lead_data_scientists: {{users: []}}
      ml_engineers: {{users: []}}
"""


def test_cloudformation_reads_identity_center_and_the_linked_role_makes_the_application(
    tmp_path: Path,
) -> None:
    """SageMaker Developer Guide, "AWS managed policy: AmazonSageMakerNotebooksServiceRolePolicy":
    the role of the service "adds and deletes managed application instances"; and "API permissions
    reference", where CreateDomain takes no `sso:` action of its caller.
    """
    infra = tmp_path / "infra.yml"
    infra.write_text(INFRA)
    config = load_config(SAMPLE / CDK_APP_CONFIG.name, infra)
    folder = tmp_path / "cdk.out"
    importlib.import_module("mlops_infra.application").build_app(config, outdir=str(folder)).synth()
    dev = config.enabled_deployments[0].dev
    assert dev
    row = next(row for row in bootstrap_plan(config) if row.account == dev.account)
    policy = account_policy(row, {folder: read_stacks(folder)}, app_prefix=config.app_prefix)
    statements = [s for document in policy.documents for s in document["Statement"]]
    role = f"arn:aws:iam::{row.account}:role/aws-service-role/{STUDIO}/AWSServiceRoleForAmazon"
    linked = Request(
        "iam:CreateServiceLinkedRole",
        f"{role}SageMakerNotebooks",
        {"iam:AWSServiceName": STUDIO},
    )
    assert allows(statements, linked)
    for action, resource in LOOKING:
        assert allows(statements, Request(action, resource)), action
    for action in ("Create", "Delete"):
        request = Request(f"sso:{action}ManagedApplicationInstance", "*")
        assert not allows(statements, request), action
