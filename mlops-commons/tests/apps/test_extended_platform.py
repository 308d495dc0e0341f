"""`bootstrap` copes with what a user adds to the infrastructure, and says what to look at."""

import json
from pathlib import Path

import pytest
from bootstrap_checkouts import bootstrap
from checkouts import APPS_HERE
from one_account_set import DEFAULTS, ONE_SET

from mlops_rehearsal.world.checkout import write_checkout

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="policies are made of both apps"),
]

EXTENSION = """
import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_glue as glue

from mlops_commons.cdk.secure_bucket import SecureBucket


def add(stack, stage):
    SecureBucket(stack, "Lake", removal_policy=cdk.RemovalPolicy.RETAIN)
    connection = glue.CfnConnection.ConnectionInputProperty(connection_type="NETWORK")
    glue.CfnConnection(
        stack, "Warehouse", catalog_id=stage.account, connection_input=connection
    )
    cloudwatch.Dashboard(stack, "Training", dashboard_name="training")
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an extension: a bucket, a Glue connection and a dashboard."""
    folder = tmp_path_factory.mktemp("extended")
    for name, text in (("cdk-app.yml", ONE_SET), ("cdk-infra-app.yml", DEFAULTS)):
        (folder / name).write_text(text)
    root = folder / "checkout"
    write_checkout(root, folder / "cdk-app.yml", folder / "cdk-infra-app.yml")
    extensions = root / "mlops-infra" / "mlops_infra" / "extensions"
    (extensions / "lake.py").write_text(EXTENSION)
    return root


def test_a_dry_run_names_what_to_review_of_a_stage(extended: Path) -> None:
    done = bootstrap(extended, "--dry-run", "--stage", "dev")
    assert done.returncode == 0, done.stdout + done.stderr
    _, _, review = done.stdout.partition("To review before these policies are used:\n")
    assert "AWS::Glue::Connection" in review
    assert "AWS::S3::Bucket" not in review
    assert "AWS::CloudWatch::Dashboard" not in review
    assert "cdk bootstrap aws://" in review


def test_json_has_the_review_and_statements_that_are_marked(extended: Path) -> None:
    (row,) = json.loads(bootstrap(extended, "--json", "--stage", "prod").stdout)
    assert [review["type"] for review in row["review"]] == ["AWS::Glue::Connection"]
    statements = {s["Sid"]: s for policy in row["policies"] for s in policy["Statement"]}
    account = row["account"]
    assert set(statements["ReviewGlue"]["Resource"]) == {
        f"arn:aws:glue:eu-west-1:{account}:catalog",
        f"arn:aws:glue:eu-west-1:{account}:connection/*",
    }
    dashboard = f"arn:aws:cloudwatch::{account}:dashboard/training"
    assert any(dashboard in s["Resource"] for s in statements.values())
