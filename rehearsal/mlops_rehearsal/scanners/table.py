"""The findings that are explained; a further one is a row."""

from typing import Final

from mlops_rehearsal.scanners.explained import Explained
from mlops_rehearsal.scanners.finding import Scanner
from mlops_rehearsal.scanners.resource_names import (
    BOUNDARIES,
    BUCKETS,
    BUILDER,
    COPIER,
    GATE,
    KEYS,
    LOG_BUCKETS,
    OWN_PROVIDERS,
)

CHECKOV, GUARD, NAG = Scanner.CHECKOV, Scanner.CFN_GUARD, Scanner.CDK_NAG

EXPLAINED: Final = (
    Explained(
        rules={
            CHECKOV: ("CKV_AWS_18",),
            GUARD: ("s3_bucket_logging_enabled_check", "s3_bucket_default_encryption_kms_check"),
            NAG: ("S3DefaultEncryptionKMS",),
        },
        resources=LOG_BUCKETS,
        why="S3 delivers access logs only to buckets encrypted with its own keys (SSE-S3); a log "
        "bucket that logs itself never stops (S3 User Guide, Enabling server access logging)",
    ),
    Explained(
        rules={NAG: ("S3BucketLoggingEnabled",)},
        resources=("AssetsAccessLogs",),
        why="The target of the access logs of projects' buckets, which are in other templates; the "
        "rule knows a log's target by the buckets of its own template",
    ),
    Explained(
        rules={
            GUARD: ("s3_bucket_object_lock_enabled_check", "s3_event_notifications_enabled_check"),
            NAG: ("S3BucketReplicationEnabled",),
        },
        resources=(*LOG_BUCKETS, *BUCKETS),
        why="Versions are kept, and the bucket stays when its stack goes. A copy in another Region "
        "or WORM storage is a decision about residency and retention that your organisation "
        "takes; nothing waits for notifications",
    ),
    Explained(
        rules={GUARD: ("s3_bucket_policy_ssl_requests_only_check",)},
        resources=("ArtifactBucketPolicy", "PipelineBucketPolicy"),
        why="False: both deny requests without TLS; the rule does not read `Fn::Sub`",
    ),
    Explained(
        rules={GUARD: ("kms_create_grant_aws_service_check",)},
        resources=KEYS,
        why="Key policies delegate to the IAM policies of their own account, as AWS's default one "
        "does; these allow `kms:CreateGrant` only with `kms:GrantIsForAWSResource`",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_33",)},
        resources=("SourceKey",),
        why="The principal `*` is this account's, through CodeCommit: `kms:CallerAccount` and "
        "`kms:ViaService`, as AWS managed keys have it",
    ),
    Explained(
        rules={
            CHECKOV: ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117"),
            GUARD: ("lambda_inside_vpc_check",),
            NAG: ("LambdaConcurrency", "LambdaDLQ", "LambdaInsideVPC", "LambdaTracing"),
        },
        resources=(COPIER, *OWN_PROVIDERS),
        why="CloudFormation calls it when a stack changes, and waits: a failure fails the "
        "deployment, where it is seen, and nothing else can invoke it. It reaches AWS's APIs and "
        "nothing inside the VPC",
    ),
    Explained(
        rules={
            CHECKOV: ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117"),
            GUARD: ("lambda_inside_vpc_check",),
            NAG: ("LambdaConcurrency", "LambdaDLQ", "LambdaInsideVPC", "LambdaTracing"),
        },
        resources=GATE,
        why="A pipeline calls it and waits for its answer: a failure fails the action, where it is "
        "seen. It reaches AWS's APIs and nothing inside the VPC",
    ),
    Explained(
        rules={
            CHECKOV: ("CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117"),
            GUARD: ("lambda_inside_vpc_check",),
            NAG: ("LambdaConcurrency", "LambdaDLQ", "LambdaInsideVPC", "LambdaTracing"),
        },
        resources=(BUILDER,),
        why="EventBridge calls it for a pull request; where it fails nothing is said there, "
        "nothing is merged, and the next push asks again. It reaches AWS's APIs and nothing inside "
        "the VPC",
    ),
    Explained(
        rules={NAG: ("LambdaDefaultMemorySize",)},
        resources=(BUILDER,),
        why="A few API calls: the default of 128 MB is enough",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_173", "CKV_AWS_45")},
        resources=(BUILDER,),
        why="The variable is no secret: the name of an approval rule",
    ),
    Explained(
        rules={NAG: ("LambdaLatestVersion",)},
        resources=(*GATE, BUILDER),
        why="Python 3.13, the version of every build of projects",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_173", "CKV_AWS_45")},
        resources=GATE,
        why="The variable is no secret: the accounts, the region and the prefix of the set",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_111")},
        resources=BOUNDARIES,
        why="A permissions boundary grants nothing: the policies of its role do, each with its "
        "resources and conditions; the boundary ends what those can become",
    ),
    Explained(
        rules={
            NAG: ("IAMPolicyNoStatementsWithAdminAccess", "IAMPolicyNoStatementsWithFullAccess"),
        },
        resources=("DeploymentBoundaryPolicy",),
        why="False: the statements with `*` deny; they allow nothing",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_108",)},
        resources=("PersonasAuditorBoundary",),
        why="A permissions boundary grants nothing; this one ends at reading",
    ),
    Explained(
        rules={NAG: ("LambdaDefaultMemorySize",)},
        resources=OWN_PROVIDERS,
        why="A few API calls: the default of 128 MB is enough",
    ),
    Explained(
        rules={NAG: ("LambdaLatestVersion",)},
        resources=(COPIER,),
        why="The CDK's own function: its runtime comes with the CDK's version",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_173", "CKV_AWS_45")},
        resources=(
            COPIER,
            "ReviewsApprovalRuleFunction",
            "ReviewsApprovalRuleProviderframeworkonEvent",
            "StudioProjectsPortfolioProviderframeworkonEvent",
        ),
        why="The variable is no secret: the path of a certificate bundle, the ARN of a function, "
        "the text of the rule for reviews",
    ),
    Explained(
        rules={
            CHECKOV: ("CKV_AWS_158",),
            GUARD: ("cloudwatch_log_group_encrypted_check",),
            NAG: ("CloudWatchLogGroupEncrypted",),
        },
        resources=(f"{COPIER}LogGroup",),
        why="The log of the CDK's own function names archives by their hash and holds no data",
    ),
    Explained(
        rules={NAG: ("IAMNoInlinePolicy",)},
        resources=(
            f"{COPIER}ServiceRoleDefaultPolicy",
            "DeliveryPipelineAssetsFileRoleDefaultPolicy",
            "DeliveryPipelineBuildSynthCdkBuildProjectRoleDefaultPolicy",
            "DeliveryPipelineEventsRoleDefaultPolicy",
            "DeliveryPipelineRoleDefaultPolicy",
            "DeliveryPipelineUpdatePipelineSelfMutationRoleDefaultPolicy",
            "ReviewsApprovalRuleProviderRoleDefaultPolicy",
            "StudioProjectsPortfolioProviderRoleDefaultPolicy",
        ),
        why="The CDK writes the grants of its own constructs into a policy of the one role",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_111",)},
        resources=("DeliveryPipelineAssetsFileRoleDefaultPolicy",),
        why="The CDK lets the role that publishes assets start builds; it is the role of a build "
        "of the same pipeline, in the governance account",
    ),
    Explained(
        rules={NAG: ("CodeBuildProjectSourceRepoUrl",)},
        resources=(
            "BuildCheckProject",
            "DeliveryPipelineAssetsFileAsset",
            "DeliveryPipelineBuildSynthCdkBuildProject",
            "DeliveryPipelineUpdatePipelineSelfMutation",
            "DeployCheckProject",
            "ImageProject",
            "ReportProject",
            "SynthProject",
            "TestDevProject",
            "TestPreprodProject",
            "TestProdProject",
            "TrainProject",
        ),
        why="False: the source comes from CodePipeline or CodeCommit, so no URL holds a secret",
    ),
    Explained(
        rules={GUARD: ("codebuild_project_environment_privileged_check",)},
        resources=("ImageProject",),
        why="Docker builds images in privileged mode only (CodeBuild User Guide, Docker sample)",
    ),
    Explained(
        rules={GUARD: ("ecr_private_lifecycle_policy_configured_check",)},
        resources=("ImageRepository",),
        why="A registered version names its image by digest: an image that expires takes the way "
        "back to that version with it",
    ),
    Explained(
        rules={NAG: ("EC2RestrictedCommonPorts",)},
        resources=("NetworkWorkloadSecurityGroupFromMembers",),
        why="False: the source is the security group itself, so members reach each other, as jobs "
        "on several instances and Studio's apps need",
    ),
    Explained(
        rules={NAG: ("VPCDefaultSecurityGroupClosed",)},
        resources=("NetworkVpc",),
        why="False: a custom resource closes the default group when the network is created",
    ),
    Explained(
        rules={NAG: ("VPCNoUnrestrictedRouteToIGW",)},
        resources=("NetworkVpcPublicSubnet[123]DefaultRoute",),
        templates=r"sample\..*",
        why="The public subnets hold NAT gateways and nothing else, and exist with `egress: nat` "
        "alone",
    ),
    Explained(
        rules={NAG: ("SageMakerEndpointConfigurationKMSKeyConfigured",)},
        resources=("EndpointConfiguration",),
        templates=r"project\.(genai_cv|llm_finetune)\..*",
        why="SageMaker refuses a volume key for instances with local NVMe storage, whose hardware "
        "encrypts it; the endpoints of generative models run on such instances",
    ),
    Explained(
        rules={NAG: ("EventBusDLQ",)},
        resources=(
            "BuildStarts",
            "DeployStarts",
            "Notices",
            "TrainingEnds",
        ),
        why="An alarm tells of an event that was lost, and starting the pipeline again brings what "
        "the event would have brought, the newest commit and approved version; what has ended or "
        "failed is in Studio: nothing to replay",
    ),
    Explained(
        rules={GUARD: ("sqs_dlq_check",), NAG: ("SQSRedrivePolicy",)},
        resources=("DeliveryLostPushesQueue", "ReviewsLostQueue"),
        why="It is the dead-letter queue of rules itself",
    ),
    Explained(
        rules={CHECKOV: ("CKV_AWS_27",)},
        resources=("DeliveryLostPushesQueue", "ReviewsLostQueue"),
        why="SQS encrypts it with a key of its own: an event names a commit and holds none of "
        "it, and EventBridge is not documented to say for which rule it would use another key",
    ),
    Explained(
        rules={NAG: ("EventBusDLQ",)},
        resources=("GatePullRequestsChanged", "GatePullRequestsBuilt"),
        why="Who waits for the build of a pull request sees that nothing is said, and cannot "
        "merge: the next push asks again",
    ),
    Explained(
        rules={NAG: ("EventBusDLQ",)},
        resources=("DeliveryNoticesFailed",),
        why="It tells people of a delivery that has failed, which its pipeline shows as well: a "
        "notice that is lost is late when it is found, and nothing waits for it",
    ),
)
