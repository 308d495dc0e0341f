"""The CodeCommit repository that holds an app's infrastructure as code."""

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from mlops_commons.cdk.policies import policy_statement
from mlops_commons.cdk.retention import KEPT
from mlops_commons.iam.key_policies import THIS_KEY
from mlops_commons.iam.statements import EVERYBODY, Statement, actions
from mlops_commons.iam.through_services import through
from mlops_commons.utilities.archive import archive
from mlops_commons.utilities.snapshot import Snapshot


class SourceRepository(Construct):
    """A repository that starts with a snapshot of this checkout, under its own key.

    CodeCommit takes the content only when it creates the repository; from then on the repository
    is the truth and changes are pushed to it. Exposes `repository` and `encryption_key`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository_name: str,
        branch_name: str,
        description: str,
        content: Snapshot,
    ) -> None:
        super().__init__(scope, construct_id)
        self.encryption_key = _repository_key(self)
        asset = s3_assets.Asset(
            self, "Snapshot", path=str(archive(content)), asset_hash=content.digest()
        )
        self.repository = codecommit.Repository(
            self,
            "Repository",
            repository_name=repository_name,
            description=description,
            code=codecommit.Code.from_asset(asset, branch_name),
            kms_key=self.encryption_key,
        )
        self.repository.apply_removal_policy(KEPT)


def _repository_key(scope: Construct) -> kms.Key:
    """A key for everybody in the account who may use the repository, and through CodeCommit only.

    The statement has the shape of the key policy of `aws/codecommit` (CodeCommit User Guide,
    "AWS KMS and encryption").
    """
    key = kms.Key(
        scope,
        "Key",
        description=f"Encrypts the repository of {cdk.Stack.of(scope).stack_name}",
        enable_key_rotation=True,
        removal_policy=KEPT,
    )
    key.add_to_resource_policy(
        policy_statement(
            Statement(
                sid="UseThroughCodeCommit",
                principals=EVERYBODY,
                actions=actions(
                    "kms",
                    "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey "
                    "GenerateDataKeyWithoutPlaintext DescribeKey",
                ),
                resources=THIS_KEY,
                condition={
                    "StringEquals": {
                        "kms:CallerAccount": "${AWS::AccountId}",
                        **through("codecommit")["StringEquals"],
                    }
                },
            )
        )
    )
    return key
