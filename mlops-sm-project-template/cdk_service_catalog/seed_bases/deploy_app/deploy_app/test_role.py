"""The role that the project's integration test takes in a stage's account."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from deploy_app import names
from deploy_app.settings import Settings


class TestRole(Construct):
    """May do what the test of this stage needs, for the role in dev that tests this stage."""

    __test__ = False  # not a test of pytest

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        statements: list[dict[str, object]],
    ) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "Role",
            role_name=names.test_role(settings, stage),
            description=f"Project {settings.project_name}: integration test in {stage}",
            assumed_by=iam.PrincipalWithConditions(
                iam.AccountPrincipal(settings.dev_account),
                {
                    "ArnEquals": {
                        "aws:PrincipalArn": names.testing_role_arn(
                            settings, stage, cdk.Aws.PARTITION
                        )
                    }
                },
            ),
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            document=iam.PolicyDocument.from_json(
                {"Version": "2012-10-17", "Statement": statements}
            ),
            roles=[role],
        )
