"""What everybody may read, an auditor too."""

from typing import Final

from mlops_commons.iam.reasons import JOB_LOG_GROUPS, NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope

READ_LOGS: Final = actions("logs", "GetLogEvents DescribeLogStreams FilterLogEvents")


def explore(scope: PolicyScope) -> tuple[Statement, ...]:
    """Resources of SageMaker, logs and metrics of jobs, the parameters of the contract."""
    return (
        Statement(
            sid="ListEverything",
            actions=actions(
                "sagemaker",
                "ListActions ListAlgorithms ListApps ListArtifacts ListAssociations ListContexts "
                "ListDomains ListEndpointConfigs ListEndpoints ListExperiments ListFeatureGroups "
                "ListHyperParameterTuningJobs ListImages ListModelPackageGroups ListModels "
                "ListMonitoringSchedules ListPipelines ListProcessingJobs ListProjects ListSpaces "
                "ListTrainingJobs ListTransformJobs ListTrialComponents ListTrials "
                "ListUserProfiles QueryLineage Search GetSearchSuggestions",
            ),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        Statement(
            sid="DescribeWhatIsHere",
            actions=actions(
                "sagemaker",
                "BatchDescribeModelPackage BatchGetMetrics DescribeAction DescribeApp "
                "DescribeArtifact DescribeContext DescribeDomain DescribeEndpoint "
                "DescribeEndpointConfig DescribeExperiment DescribeFeatureGroup "
                "DescribeHyperParameterTuningJob DescribeImage DescribeImageVersion DescribeModel "
                "DescribeModelPackage DescribeModelPackageGroup DescribeMonitoringSchedule "
                "DescribePipeline DescribePipelineDefinitionForExecution "
                "DescribePipelineExecution DescribeProcessingJob DescribeProject DescribeSpace "
                "DescribeTrainingJob DescribeTransformJob DescribeTrial DescribeTrialComponent "
                "DescribeUserProfile ListModelPackages ListPipelineExecutionSteps "
                "ListPipelineExecutions ListPipelineParametersForExecution ListTags",
            ),
            resources=arns("sagemaker", "*"),
            reason="reading is allowed for everything of SageMaker in this account and region",
        ),
        Statement(
            sid="WatchJobs",
            actions=READ_LOGS,
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason=JOB_LOG_GROUPS,
        ),
        *_follow_projects(scope),
        Statement(
            sid="FindLogsAndMetrics",
            actions=(
                "codepipeline:ListPipelines",
                "logs:DescribeLogGroups",
                "sns:ListTopics",
                *actions("cloudwatch", "GetMetricData GetMetricStatistics ListMetrics"),
            ),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        Statement(
            sid="ReadContract",
            actions=actions("ssm", "GetParameter GetParameters"),
            resources=arns("ssm", *scope.parameters),
            reason="the parameters of the contract, through which projects find the network",
        ),
    )


def _follow_projects(scope: PolicyScope) -> tuple[Statement, ...]:
    """Pipelines and builds of projects, their logs and topics: what a failure is found with.

    A caller needs no key: CloudWatch Logs itself decrypts (its User Guide, "Encrypt log data in
    CloudWatch Logs using AWS KMS").
    """
    return (
        Statement(
            sid="FollowPipelines",
            actions=actions(
                "codepipeline",
                "GetPipeline GetPipelineExecution GetPipelineState ListActionExecutions "
                "ListPipelineExecutions",
            ),
            resources=arns("codepipeline", "sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="FollowBuilds",
            actions=actions("codebuild", "BatchGetBuilds ListBuildsForProject"),
            resources=arns("codebuild", "project/sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="ReadBuilds",
            actions=READ_LOGS,
            resources=arns(
                "logs",
                "log-group:/aws/codebuild/sagemaker-*",
                f"log-group:/aws/lambda/{scope.app_prefix}-*-gate-*",
            ),
            reason=f"{NAMED_BY_PROJECTS}; the gate's functions say why a version is refused",
        ),
        Statement(
            sid="SeeTopics",
            actions=actions("sns", "GetTopicAttributes ListSubscriptionsByTopic"),
            resources=arns("sns", "sagemaker-*"),
            reason=NAMED_BY_PROJECTS,
        ),
    )
