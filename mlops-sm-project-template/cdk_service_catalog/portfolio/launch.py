"""What Service Catalog may do while it launches a project: make what the products hold, no more."""

from typing import Final

from mlops_commons.iam.statements import Statement, actions, arns
from mlops_commons.utilities.names import project_bucket_prefix

PROJECT_IDS: Final = "ids of projects are given when one is created; all of them begin with p-"
PROJECT_NAMES: Final = "what a project creates begins with 'sagemaker-' or ends with its id"
NO_RESOURCES: Final = "these actions know no resources (Service Authorization Reference)"
ROLES: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/sagemaker-p-*"
POLICIES: Final = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/sagemaker-p-*"


def launch_statements(
    *, app_prefix: str, boundary_arn: str, assets_bucket: str, assets_key_arn: str, qualifier: str
) -> dict[str, tuple[Statement, ...]]:
    """The statements of the launch role, by the name of the policy that holds them.

    Args:
        boundary_arn: of the permissions boundary that every role of a project carries.
        assets_bucket: the bucket with seed archives; templates come from the CDK's own bucket.
        qualifier: of the CDK's bootstrap, whose roles deploy in the stages.
    """
    return {
        "Launch": (
            *_cloudformation(),
            *_templates(assets_bucket, assets_key_arn, qualifier),
            *_settings(),
            *_notifications(),
        ),
        "Code": (*_code(), *_pass_roles(qualifier)),
        "Data": (*_buckets(app_prefix), *_keys(), *_registries(), *_logs()),
        "Roles": _roles(boundary_arn),
    }


def _cloudformation() -> tuple[Statement, ...]:
    """Source: Service Catalog Administrator Guide, "Launch constraints", IAM permissions."""
    return (
        Statement(
            sid="ManageTheStackOfAProject",
            actions=actions(
                "cloudformation",
                "CreateStack DeleteStack DescribeStackEvents DescribeStackResources "
                "DescribeStacks GetTemplate SetStackPolicy UpdateStack CreateChangeSet "
                "DeleteChangeSet DescribeChangeSet ExecuteChangeSet ListChangeSets TagResource "
                "UntagResource",
            ),
            resources=arns("cloudformation", "stack/SC-*"),
            reason="Service Catalog begins the name of every stack that it makes with SC-",
        ),
        Statement(
            sid="ReadTemplates",
            actions=actions("cloudformation", "GetTemplateSummary ValidateTemplate"),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
    )


def _templates(bucket: str, key_arn: str, qualifier: str) -> tuple[Statement, ...]:
    bootstrap = f"cdk-{qualifier}-assets-${{AWS::AccountId}}-${{AWS::Region}}"
    return (
        Statement(
            sid="ReadTemplatesAndSeedCode",
            actions=actions("s3", "GetObject GetObjectVersion"),
            resources=(
                f"arn:${{AWS::Partition}}:s3:::{bootstrap}/*",
                f"arn:${{AWS::Partition}}:s3:::{bucket}/*",
            ),
            reason="templates and seed archives are named by a hash of their content",
        ),
        Statement(
            sid="ReadWhatServiceCatalogKeeps",
            actions=("s3:GetObject",),
            resources=("*",),
            reason="Service Catalog keeps a copy of each template in a bucket of its own and marks "
            "it with a tag, which the condition asks for",
            condition={
                "StringEquals": {"s3:ExistingObjectTag/servicecatalog:provisioning": "true"}
            },
        ),
        Statement(sid="DecryptSeedCode", actions=("kms:Decrypt",), resources=(key_arn,)),
    )


def _settings() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="WriteSettings",
            actions=actions(
                "ssm",
                "AddTagsToResource DeleteParameter GetParameter GetParameters "
                "ListTagsForResource PutParameter RemoveTagsFromResource",
            ),
            resources=arns("ssm", "parameter/mlops/*"),
            reason="settings are below /mlops/<project name>/; the contract's role parameters "
            "beside them are denied by the next statement",
        ),
        Statement(
            sid="LeaveTheContractAlone",
            effect="Deny",
            actions=actions("ssm", "DeleteParameter PutParameter"),
            resources=arns("ssm", "parameter/mlops/role/*"),
        ),
        Statement(
            sid="ReadTheNetwork",
            actions=actions("ssm", "GetParameter GetParameters"),
            resources=arns("ssm", "parameter/*/vpc/*", "parameter/vpc/*"),
            reason="the parameters of the network contract, with or without a namespace",
        ),
    )


def _notifications() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageTopics",
            actions=actions(
                "sns",
                "CreateTopic DeleteTopic GetDataProtectionPolicy GetTopicAttributes "
                "ListSubscriptionsByTopic ListTagsForResource SetTopicAttributes TagResource "
                "UntagResource",
            ),
            resources=arns("sns", "sagemaker-*"),
            reason=PROJECT_NAMES,
        ),
        Statement(
            sid="ManageRules",
            actions=actions(
                "events",
                "DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule "
                "PutTargets RemoveTargets TagResource UntagResource",
            ),
            resources=arns("events", "rule/sagemaker-p-*"),
            reason=PROJECT_IDS,
        ),
    )


def _code() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageRepositories",
            actions=actions(
                "codecommit",
                "CreateCommit CreateRepository DeleteRepository GetBranch GetCommit GetRepository "
                "GetRepositoryTriggers ListTagsForResource PutRepositoryTriggers TagResource "
                "UntagResource UpdateRepositoryDescription UpdateRepositoryEncryptionKey "
                "UpdateRepositoryName",
            ),
            resources=arns("codecommit", "sagemaker-*"),
            reason=PROJECT_NAMES,
        ),
        Statement(
            sid="FindRepositories",
            actions=("codecommit:ListRepositories",),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
        Statement(
            sid="ManageBuilds",
            actions=actions(
                "codebuild", "BatchGetProjects CreateProject DeleteProject UpdateProject"
            ),
            resources=arns("codebuild", "project/sagemaker-*"),
            reason=PROJECT_NAMES,
        ),
        Statement(
            sid="ManagePipelines",
            actions=actions(
                "codepipeline",
                "CreatePipeline DeletePipeline DisableStageTransition EnableStageTransition "
                "GetPipeline GetPipelineState ListTagsForResource StartPipelineExecution "
                "TagResource UntagResource UpdatePipeline",
            ),
            resources=arns("codepipeline", "sagemaker-*"),
            reason=PROJECT_NAMES,
        ),
    )


def _pass_roles(qualifier: str) -> tuple[Statement, ...]:
    services = ("codebuild", "codepipeline", "events")
    return (
        Statement(
            sid="PassRolesOfProjects",
            actions=("iam:PassRole",),
            resources=(ROLES,),
            reason=f"{PROJECT_IDS}; each role carries the boundary, and a condition names services",
            condition={
                "StringEquals": {
                    "iam:PassedToService": tuple(f"{name}.amazonaws.com" for name in services)
                }
            },
        ),
        Statement(
            sid="NameDeployRolesInPipelines",
            actions=("iam:PassRole",),
            resources=(f"arn:${{AWS::Partition}}:iam::*:role/cdk-{qualifier}-deploy-role-*",),
            reason="an action of a pipeline names the role that deploys in its account, which a "
            "person types when a project is created; that role's trust decides besides",
            condition={"StringEquals": {"iam:PassedToService": "codepipeline.amazonaws.com"}},
        ),
    )


def _buckets(app_prefix: str) -> tuple[Statement, ...]:
    prefix = project_bucket_prefix(app_prefix)
    return (
        Statement(
            sid="ManageBuckets",
            actions=actions(
                "s3",
                "CreateBucket DeleteBucket DeleteBucketPolicy GetAccelerateConfiguration "
                "GetAnalyticsConfiguration GetBucketAcl GetBucketCORS GetBucketLogging "
                "GetBucketNotification GetBucketObjectLockConfiguration "
                "GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
                "GetBucketTagging GetBucketVersioning GetBucketWebsite "
                "GetEncryptionConfiguration GetIntelligentTieringConfiguration "
                "GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration "
                "GetReplicationConfiguration ListBucket ListTagsForResource PutBucketLogging "
                "PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock "
                "PutBucketTagging PutBucketVersioning PutEncryptionConfiguration "
                "PutLifecycleConfiguration TagResource UntagResource",
            ),
            resources=(f"arn:${{AWS::Partition}}:s3:::{prefix}-p-*",),
            reason=PROJECT_IDS,
        ),
    )


def _keys() -> tuple[Statement, ...]:
    tagged = {"Null": {"aws:ResourceTag/sagemaker:project-id": "false"}}
    return (
        Statement(
            sid="CreateKeysOfProjects",
            actions=actions("kms", "CreateKey TagResource"),
            resources=("*",),
            reason="a key has no name before it exists; a condition wants the project's tag on it",
            condition={"Null": {"aws:RequestTag/sagemaker:project-id": "false"}},
        ),
        Statement(
            sid="ManageKeysOfProjects",
            actions=actions(
                "kms",
                "CreateGrant Decrypt DescribeKey DisableKey DisableKeyRotation EnableKey "
                "EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy "
                "RetireGrant ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription",
            ),
            resources=arns("kms", "key/*"),
            reason="keys have random ids; a condition keeps to those that carry a project's tag",
            condition=tagged,
        ),
        Statement(
            # CodeCommit User Guide, "AWS KMS and encryption": what it asks of who makes a
            # repository with an own key.
            sid="EncryptRepositories",
            actions=actions(
                "kms",
                "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom "
                "ReEncryptTo",
            ),
            resources=arns("kms", "key/*"),
            reason="keys have random ids; a condition keeps to those that carry a project's tag",
            condition=tagged,
        ),
    )


def _registries() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageModelPackageGroups",
            actions=actions(
                "sagemaker",
                "AddTags CreateModelPackageGroup DeleteModelPackageGroup "
                "DeleteModelPackageGroupPolicy DeleteTags DescribeModelPackageGroup "
                "GetModelPackageGroupPolicy ListTags PutModelPackageGroupPolicy",
            ),
            resources=arns("sagemaker", "model-package-group/*-p-*"),
            reason=PROJECT_IDS,
        ),
        Statement(
            sid="ManageImageRepositories",
            actions=actions(
                "ecr",
                "CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy "
                "DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy ListTagsForResource "
                "PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy "
                "SetRepositoryPolicy TagResource UntagResource",
            ),
            resources=arns("ecr", "repository/sagemaker-p-*"),
            reason=PROJECT_IDS,
        ),
    )


def _logs() -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageBuildLogs",
            actions=actions(
                "logs",
                "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy "
                "DescribeIndexPolicies DisassociateKmsKey GetDataProtectionPolicy "
                "ListTagsForResource PutRetentionPolicy TagResource UntagResource",
            ),
            resources=arns("logs", "log-group:/aws/codebuild/sagemaker-*"),
            reason=PROJECT_NAMES,
        ),
        Statement(
            sid="FindLogGroups",
            actions=actions("logs", "DescribeLogGroups DescribeResourcePolicies"),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
    )


def _roles(boundary_arn: str) -> tuple[Statement, ...]:
    bounded = {"ArnEquals": {"iam:PermissionsBoundary": boundary_arn}}
    return (
        Statement(
            sid="GiveRolesTheBoundary",
            actions=actions("iam", "CreateRole PutRolePermissionsBoundary"),
            resources=(ROLES,),
            reason=f"{PROJECT_IDS}; a condition wants the permissions boundary",
            condition=bounded,
        ),
        Statement(
            sid="AttachPoliciesOfProjects",
            actions=actions("iam", "AttachRolePolicy DetachRolePolicy"),
            resources=(ROLES,),
            reason=f"{PROJECT_IDS}; conditions want the boundary and a policy of a project",
            condition={**bounded, "ArnLike": {"iam:PolicyARN": POLICIES}},
        ),
        Statement(
            sid="ManageRolesOfProjects",
            actions=actions(
                "iam",
                "DeleteRole GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies "
                "TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
            ),
            resources=(ROLES,),
            reason=PROJECT_IDS,
        ),
        Statement(
            sid="ManagePoliciesOfProjects",
            actions=actions(
                "iam",
                "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy "
                "GetPolicyVersion ListEntitiesForPolicy ListPolicyVersions TagPolicy UntagPolicy",
            ),
            resources=(POLICIES,),
            reason=PROJECT_IDS,
        ),
    )
