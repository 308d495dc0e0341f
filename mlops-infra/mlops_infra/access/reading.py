"""What everybody may read, an auditor too."""

from mlops_commons.iam.reasons import JOB_LOG_GROUPS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope


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
            actions=actions("logs", "GetLogEvents DescribeLogStreams FilterLogEvents"),
            resources=arns("logs", "log-group:/aws/sagemaker/*"),
            reason=JOB_LOG_GROUPS,
        ),
        Statement(
            sid="FindLogsAndMetrics",
            actions=(
                "logs:DescribeLogGroups",
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
