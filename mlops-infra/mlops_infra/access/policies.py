"""The policies that personas are made of, one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mlops_infra.access.statements import Statement, arns

NAMED_BY_USERS: Final = (
    "people choose these names while they work; the statement ends at this account and region"
)
NO_RESOURCES: Final = (
    "these actions only list or describe and know no resources (Service Authorization Reference)"
)
JOBS: Final = ("training-job/*", "processing-job/*", "hyper-parameter-tuning-job/*")
TRACKING: Final = ("experiment/*", "experiment-trial/*", "experiment-trial-component/*")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A managed policy: its name in templates and its statements for an app prefix."""

    name: str
    title: str
    statements: Callable[[str], tuple[Statement, ...]]


def _explore(_prefix: str) -> tuple[Statement, ...]:
    listed = (
        *("ListActions", "ListAlgorithms", "ListApps", "ListArtifacts", "ListAssociations"),
        *("ListContexts", "ListDomains", "ListEndpointConfigs", "ListEndpoints"),
        *("ListExperiments", "ListFeatureGroups", "ListHyperParameterTuningJobs", "ListImages"),
        *("ListModelPackageGroups", "ListModelPackages", "ListModels", "ListMonitoringSchedules"),
        *("ListPipelines", "ListProcessingJobs", "ListProjects", "ListSpaces"),
        *("ListTrainingJobs", "ListTransformJobs", "ListTrialComponents", "ListTrials"),
        *("ListUserProfiles", "Search", "GetSearchSuggestions"),
    )
    described = (
        *("DescribeApp", "DescribeDomain", "DescribeEndpoint", "DescribeEndpointConfig"),
        *("DescribeExperiment", "DescribeFeatureGroup", "DescribeHyperParameterTuningJob"),
        *("DescribeModel", "DescribeModelPackage", "DescribeModelPackageGroup"),
        *("DescribeMonitoringSchedule", "DescribePipeline", "DescribePipelineExecution"),
        *("DescribeProcessingJob", "DescribeProject", "DescribeSpace", "DescribeTrainingJob"),
        *("DescribeTransformJob", "DescribeTrial", "DescribeTrialComponent"),
        *("DescribeUserProfile", "ListPipelineExecutions", "ListPipelineExecutionSteps"),
        "ListTags",
    )
    return (
        Statement(
            sid="ListEverything",
            actions=tuple(f"sagemaker:{action}" for action in listed),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
        Statement(
            sid="DescribeWhatIsHere",
            actions=tuple(f"sagemaker:{action}" for action in described),
            resources=arns("sagemaker", "*"),
            reason="reading is allowed for everything of SageMaker in this account and region",
        ),
        Statement(
            sid="WatchJobs",
            actions=("logs:GetLogEvents", "logs:DescribeLogStreams", "logs:FilterLogEvents"),
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason="SageMaker names a log group for each kind of job, below this prefix",
        ),
        Statement(
            sid="WatchMetrics",
            actions=("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
        Statement(
            sid="ReadContract",
            actions=("ssm:GetParameter", "ssm:GetParameters"),
            resources=arns("ssm", "parameter/vpc/*", "parameter/mlops/*"),
            reason="the parameters of the contract, through which the network is found",
        ),
    )


def _work_in_studio(_prefix: str) -> tuple[Statement, ...]:
    owner = {
        "sagemaker:OwnerUserProfileArn": (
            "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:user-profile/"
            "${!sagemaker:DomainId}/${!sagemaker:UserProfileName}"
        )
    }
    return (
        Statement(
            sid="OwnPrivateSpaces",
            actions=(
                *("sagemaker:CreateSpace", "sagemaker:UpdateSpace", "sagemaker:DeleteSpace"),
                *("sagemaker:CreateApp", "sagemaker:DeleteApp"),
            ),
            resources=arns("sagemaker", "space/*", "app/*"),
            reason="narrowed by a condition to private spaces that the own user profile owns",
            condition={
                "ArnLike": owner,
                "StringEquals": {"sagemaker:SpaceSharingType": ["Private"]},
            },
        ),
    )


def _develop_models(_prefix: str) -> tuple[Statement, ...]:
    in_vpc = {"Null": {"sagemaker:VpcSubnets": "false"}}
    return (
        Statement(
            sid="RunJobsInTheVpc",
            actions=(
                "sagemaker:CreateTrainingJob",
                "sagemaker:CreateProcessingJob",
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:CreateModel",
            ),
            resources=arns("sagemaker", *JOBS, "model/*"),
            reason=f"{NAMED_BY_USERS}; a condition refuses jobs outside a VPC",
            condition=in_vpc,
        ),
        Statement(
            sid="ManageOwnWork",
            actions=(
                *("sagemaker:StopTrainingJob", "sagemaker:StopProcessingJob"),
                *("sagemaker:StopHyperParameterTuningJob", "sagemaker:CreateTransformJob"),
                *("sagemaker:StopTransformJob", "sagemaker:DeleteModel"),
                *("sagemaker:CreatePipeline", "sagemaker:UpdatePipeline"),
                *("sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution"),
                *("sagemaker:CreateFeatureGroup", "sagemaker:UpdateFeatureGroup"),
                *("sagemaker:PutRecord", "sagemaker:GetRecord", "sagemaker:DeleteRecord"),
            ),
            resources=arns(
                "sagemaker", *JOBS, "transform-job/*", "model/*", "pipeline/*", "feature-group/*"
            ),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="TrackExperiments",
            actions=(
                *("sagemaker:CreateExperiment", "sagemaker:UpdateExperiment"),
                *("sagemaker:CreateTrial", "sagemaker:UpdateTrial"),
                *("sagemaker:CreateTrialComponent", "sagemaker:UpdateTrialComponent"),
                *("sagemaker:AssociateTrialComponent", "sagemaker:DisassociateTrialComponent"),
                *("sagemaker:BatchPutMetrics", "sagemaker:AddTags"),
            ),
            resources=arns("sagemaker", *TRACKING, *JOBS, "pipeline/*"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="WriteJobLogs",
            actions=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason="SageMaker names a log group for each kind of job, below this prefix",
        ),
    )


def _register_models(_prefix: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="RegisterVersions",
            actions=("sagemaker:CreateModelPackage", "sagemaker:CreateModelPackageGroup"),
            resources=arns("sagemaker", "model-package/*", "model-package-group/*"),
            reason=f"{NAMED_BY_USERS}; a new version waits for approval",
        ),
    )


def _approve_models(_prefix: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ApproveVersions",
            actions=("sagemaker:UpdateModelPackage",),
            resources=arns("sagemaker", "model-package/*"),
            reason="a lead decides on the versions of every model of this account",
        ),
    )


def _create_projects(_prefix: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ManageProjects",
            actions=(
                *("sagemaker:CreateProject", "sagemaker:UpdateProject", "sagemaker:DeleteProject"),
            ),
            resources=arns("sagemaker", "project/*"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="LaunchProducts",
            actions=(
                "servicecatalog:ProvisionProduct",
                "servicecatalog:DescribeProduct",
                "servicecatalog:DescribeProductAsAdmin",
                "servicecatalog:DescribeProvisioningParameters",
                "servicecatalog:ListLaunchPaths",
            ),
            resources=arns("catalog", "product/*"),
            reason="products get random ids; which ones a lead sees, the portfolio decides",
        ),
        Statement(
            sid="FindProducts",
            actions=("servicecatalog:SearchProducts",),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
        Statement(
            sid="ManageOwnProvisionedProducts",
            actions=(
                "servicecatalog:DescribeProvisionedProduct",
                "servicecatalog:DescribeRecord",
                "servicecatalog:SearchProvisionedProducts",
                "servicecatalog:TerminateProvisionedProduct",
                "servicecatalog:UpdateProvisionedProduct",
            ),
            resources=("*",),
            reason="Service Catalog authorises these by user, not by resource: a condition "
            "allows only what the own role has launched",
            condition={"StringEquals": {"servicecatalog:userLevel": "self"}},
        ),
    )


def _use_data(prefix: str) -> tuple[Statement, ...]:
    buckets = (
        f"arn:${{AWS::Partition}}:s3:::{prefix}-*",
        "arn:${AWS::Partition}:s3:::sagemaker-${AWS::Region}-${AWS::AccountId}",
    )
    mine = {"StringEquals": {"aws:ResourceAccount": "${AWS::AccountId}"}}
    return (
        Statement(
            sid="ListBuckets",
            actions=("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"),
            resources=buckets,
            reason=f"the buckets of projects begin with '{prefix}-'; a condition keeps to this "
            "account",
            condition=mine,
        ),
        Statement(
            sid="UseObjects",
            actions=(
                *("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
                *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
            ),
            resources=tuple(f"{bucket}/*" for bucket in buckets),
            reason="objects of the same buckets; a condition keeps to this account",
            condition=mine,
        ),
        Statement(
            sid="UseKeysThroughServices",
            actions=(
                *("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"),
                *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
            ),
            resources=arns("kms", "key/*"),
            reason="keys have random ids; a condition allows their use through S3, SageMaker and "
            "ECR only, and each key's own policy decides besides",
            condition={
                "StringEquals": {
                    "kms:ViaService": (
                        "s3.${AWS::Region}.${AWS::URLSuffix}",
                        "sagemaker.${AWS::Region}.${AWS::URLSuffix}",
                        "ecr.${AWS::Region}.${AWS::URLSuffix}",
                    )
                }
            },
        ),
        Statement(
            sid="LetServicesUseKeys",
            actions=("kms:CreateGrant",),
            resources=arns("kms", "key/*"),
            reason="a condition allows grants for AWS resources only, as encrypted volumes need",
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )


def _use_code_and_images(_prefix: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="WorkOnProjectRepositories",
            actions=(
                *("codecommit:GitPull", "codecommit:GitPush", "codecommit:GetRepository"),
                *("codecommit:GetBranch", "codecommit:ListBranches", "codecommit:CreateBranch"),
                *("codecommit:GetCommit", "codecommit:CreateCommit", "codecommit:GetDifferences"),
                *("codecommit:GetFile", "codecommit:GetFolder", "codecommit:PutFile"),
                *("codecommit:CreatePullRequest", "codecommit:GetPullRequest"),
                *("codecommit:PostCommentForPullRequest", "codecommit:GetMergeConflicts"),
            ),
            resources=arns("codecommit", "sagemaker-*"),
            reason="the repositories of SageMaker projects begin with 'sagemaker-'",
        ),
        Statement(
            sid="FindRepositories",
            actions=("codecommit:ListRepositories", "ecr:GetAuthorizationToken"),
            resources=("*",),
            reason=NO_RESOURCES,
        ),
        Statement(
            sid="UseProjectImages",
            actions=(
                *("ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability", "ecr:DescribeImages"),
                *("ecr:GetDownloadUrlForLayer", "ecr:ListImages", "ecr:DescribeRepositories"),
            ),
            resources=arns("ecr", "repository/sagemaker-*"),
            reason="the image repositories of SageMaker projects begin with 'sagemaker-'",
        ),
    )


def _operate_endpoints(_prefix: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="OperateEndpoints",
            actions=(
                *("sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"),
                *("sagemaker:DeleteEndpoint", "sagemaker:CreateEndpointConfig"),
                *("sagemaker:DeleteEndpointConfig", "sagemaker:InvokeEndpoint"),
                "sagemaker:UpdateEndpointWeightsAndCapacities",
            ),
            resources=arns("sagemaker", "endpoint/*", "endpoint-config/*"),
            reason=NAMED_BY_USERS,
        ),
        Statement(
            sid="FollowPipelines",
            actions=(
                *("codepipeline:GetPipeline", "codepipeline:GetPipelineState"),
                *("codepipeline:GetPipelineExecution", "codepipeline:ListPipelineExecutions"),
                "codepipeline:StartPipelineExecution",
            ),
            resources=arns("codepipeline", "sagemaker-*"),
            reason="the pipelines of SageMaker projects begin with 'sagemaker-'",
        ),
    )


def _deny_decisions(_prefix: str) -> tuple[Statement, ...]:
    """What no later policy may add by mistake."""
    return (
        Statement(
            sid="DecisionsOfTheLead",
            effect="Deny",
            actions=(
                *("sagemaker:CreateProject", "sagemaker:UpdateProject", "sagemaker:DeleteProject"),
                *("sagemaker:UpdateModelPackage", "sagemaker:PutModelPackageGroupPolicy"),
                *("servicecatalog:ProvisionProduct", "servicecatalog:UpdateProvisionedProduct"),
                *("sagemaker:CreatePresignedDomainUrl", "sagemaker:UpdateUserProfile"),
                *("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"),
                *("lambda:UpdateFunctionCode", "lambda:InvokeFunction", "sts:AssumeRole"),
            ),
            resources=("*",),
        ),
    )


POLICIES: Final = (
    Policy(name="Explore", title="resources, logs and metrics", statements=_explore),
    Policy(name="WorkInStudio", title="own private spaces and apps", statements=_work_in_studio),
    Policy(name="DevelopModels", title="jobs, pipelines, features", statements=_develop_models),
    Policy(name="RegisterModels", title="register model versions", statements=_register_models),
    Policy(name="ApproveModels", title="approve model versions", statements=_approve_models),
    Policy(name="CreateProjects", title="start SageMaker projects", statements=_create_projects),
    Policy(name="UseData", title="buckets and keys of projects", statements=_use_data),
    Policy(name="UseCode", title="repositories and images", statements=_use_code_and_images),
    Policy(name="OperateEndpoints", title="endpoints, pipelines", statements=_operate_endpoints),
    Policy(name="DenyDecisions", title="never decide for the lead", statements=_deny_decisions),
)
"""To add a policy, add a row; a persona takes it by its name."""
