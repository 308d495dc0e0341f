"""The CDK App that both apps start from, alike under the CDK CLI, in tests and in a bare Python."""

from typing import Final

import aws_cdk as cdk

from mlops_commons.cdk.nag import check_with_nag

FEATURE_FLAGS: Final = {
    "@aws-cdk/aws-codepipeline-actions:useNewDefaultBranchForCodeCommitSource": True,
    "@aws-cdk/aws-codepipeline:crossAccountKeyAliasStackSafeResourceName": True,
    "@aws-cdk/aws-codepipeline:crossAccountKeysDefaultValueToFalse": True,
    "@aws-cdk/aws-codepipeline:defaultPipelineTypeToV2": True,
    "@aws-cdk/aws-iam:importedRoleStackSafeDefaultPolicyName": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-kms:aliasNameRef": True,
    "@aws-cdk/aws-kms:applyImportedAliasPermissionsToPrincipal": True,
    "@aws-cdk/aws-kms:reduceCrossAccountRegionPolicyScope": True,
    "@aws-cdk/aws-lambda:recognizeLayerVersion": True,
    "@aws-cdk/aws-lambda:useCdkManagedLogGroup": True,
    "@aws-cdk/aws-s3:createDefaultLoggingPolicy": True,
    "@aws-cdk/aws-s3:publicAccessBlockedByDefault": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:explicitStackTags": True,
    "@aws-cdk/core:includePrefixInUniqueNameGeneration": True,
    "@aws-cdk/core:stackRelativeExports": True,
    "@aws-cdk/customresources:installLatestAwsSdkDefault": False,
    "@aws-cdk/core:target-partitions": ["aws", "aws-cn", "aws-us-gov"],
}
"""The recommended flags of aws-cdk-lib that touch services used here; they change templates, so
they are set in code: a template must not depend on who calls the app."""


def platform_app(*, outdir: str | None = None) -> cdk.App:
    """An App that fails on open nag findings and writes nothing of its surroundings.

    Args:
        outdir: the cloud assembly's folder; by default the CDK CLI's choice, else `cdk.out`.
    """
    app = cdk.App(
        analytics_reporting=False,
        tree_metadata=False,
        # Else the assembly of a slow machine holds one more file, with how long synth took there.
        performance_reporting=False,
        context=FEATURE_FLAGS,
        outdir=outdir,
    )
    check_with_nag(app)
    return app
