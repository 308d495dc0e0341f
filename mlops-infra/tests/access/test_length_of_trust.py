"""How long the trust of a role is that people enter, as the template has it."""

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from mlops_commons.cdk.entered_by import entered_by
from mlops_commons.iam.lengths import length_of_trust

pytestmark = pytest.mark.construct


@pytest.mark.parametrize("require_mfa", [True, False])
@pytest.mark.parametrize("accounts", [["2" * 12], ["2" * 12, "3" * 12, "2" * 12]])
def test_the_length_is_that_of_the_template(accounts: list[str], require_mfa: bool) -> None:
    arns = [f"arn:aws:iam::{account}:role/x{n}" for n, account in enumerate(accounts)]
    stack = cdk.Stack(cdk.App(), "Stack")
    iam.Role(stack, "Role", assumed_by=entered_by(arns, require_mfa=require_mfa))
    (role,) = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    document = json.loads(
        json.dumps(role["Properties"]["AssumeRolePolicyDocument"]),
        object_hook=lambda value: (
            "".join("aws" if isinstance(part, dict) else part for part in value["Fn::Join"][1])
            if "Fn::Join" in value
            else value
        ),
    )
    written = json.dumps(document, separators=(",", ":"))
    assert length_of_trust(arns, "eu-west-1", require_mfa=require_mfa) == len(written)
