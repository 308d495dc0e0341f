"""What everybody may read, an auditor too."""

from dataclasses import replace
from typing import Final

from mlops_commons.iam.reasons import JOB_LOG_GROUPS, NAMED_BY_PROJECTS, NO_RESOURCE_LEVEL
from mlops_commons.iam.statements import Statement, actions, arns
from mlops_infra.access.scope import PolicyScope
from mlops_infra.access.whose import (
    BUILD_LOGS,
    BUILDS,
    OF_THIS_PROJECT,
    PIPELINES,
    READ_JOB_LOGS,
    TOPICS,
    sagemaker_of_projects,
)

READ_LOGS: Final = actions("logs", "GetLogEvents DescribeLogStreams FilterLogEvents")
LISTS: Final = actions(
    "sagemaker",
    "ListActions ListAlgorithms ListApps ListArtifacts ListAssociations ListContexts "
    "ListDomains ListEndpointConfigs ListEndpoints ListExperiments ListFeatureGroups "
    "ListHyperParameterTuningJobs ListImages ListModelPackageGroups ListModels "
    "ListMonitoringSchedules ListPipelines ListProcessingJobs ListProjects ListSpaces "
    "ListTrainingJobs ListTransformJobs ListTrialComponents ListTrials ListUserProfiles",
)
SEARCH: Final = actions("sagemaker", "QueryLineage Search GetSearchSuggestions")
"""Lists with the content of what they list, of all projects."""
STUDIO: Final = actions(
    "sagemaker",
    "DescribeApp DescribeDomain DescribeImage DescribeImageVersion DescribeProject DescribeSpace "
    "DescribeUserProfile",
)
OF_PROJECTS: Final = actions(
    "sagemaker",
    "BatchDescribeModelPackage BatchGetMetrics DescribeAction DescribeArtifact DescribeContext "
    "DescribeEndpoint DescribeEndpointConfig DescribeExperiment DescribeFeatureGroup "
    "DescribeHyperParameterTuningJob DescribeInferenceComponent DescribeModel DescribeModelPackage "
    "DescribeModelPackageGroup DescribeMonitoringSchedule DescribePipeline "
    "DescribePipelineDefinitionForExecution DescribePipelineExecution DescribeProcessingJob "
    "DescribeTrainingJob DescribeTransformJob DescribeTrial DescribeTrialComponent "
    "ListModelPackages ListPipelineExecutionSteps ListPipelineExecutions "
    "ListPipelineParametersForExecution ListTags",
)


def explore(scope: PolicyScope) -> tuple[Statement, ...]:
    """Resources of SageMaker, logs and metrics of jobs, the parameters of the contract."""
    return (
        Statement(
            sid="ListEverything",
            actions=(*LISTS, *(() if scope.separated else SEARCH)),
            resources=("*",),
            reason=NO_RESOURCE_LEVEL,
        ),
        *_describe(scope),
        Statement(
            sid="WatchJobs",
            actions=READ_LOGS,
            resources=scope.arns(READ_JOB_LOGS),
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


def _describe(scope: PolicyScope) -> tuple[Statement, ...]:
    """Resources of SageMaker: all of them, or what is the domain's and the own project's.

    A name shows the project of what people and its stacks have named; jobs of pipelines and what
    CloudFormation names have its tag, where somebody has put it on.
    """
    whole = Statement(
        sid="DescribeWhatIsHere",
        actions=(*STUDIO, *OF_PROJECTS),
        resources=arns("sagemaker", "*"),
        reason="reading is allowed for everything of SageMaker in this account and region",
    )
    if not scope.separated:
        return (whole,)
    reason = "kinds of resources differ; the project of the role ends the statement"
    return (
        replace(whole, sid="DescribeStudio", actions=STUDIO),
        Statement(
            sid="DescribeByName",
            actions=OF_PROJECTS,
            resources=sagemaker_of_projects(True, "*"),
            reason=reason,
        ),
        replace(
            whole,
            sid="DescribeByTag",
            actions=OF_PROJECTS,
            condition=OF_THIS_PROJECT,
            reason=reason,
        ),
    )


def _follow_projects(scope: PolicyScope) -> tuple[Statement, ...]:
    """Pipelines and builds of projects, their logs and topics: what a failure is found with.

    A caller needs no key: CloudWatch Logs itself decrypts (its User Guide, "Encrypt log data in
    CloudWatch Logs using AWS KMS"). What the gate refuses of all projects is in one log, so those
    who are kept apart read the message of the pipeline's action instead.
    """
    functions = arns("logs", f"log-group:/aws/lambda/{scope.app_prefix}-*-gate-*")
    gate = () if scope.separated else functions
    return (
        Statement(
            sid="FollowPipelines",
            actions=actions(
                "codepipeline",
                "GetPipeline GetPipelineExecution GetPipelineState ListActionExecutions "
                "ListPipelineExecutions",
            ),
            resources=scope.arns(PIPELINES),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="FollowBuilds",
            actions=actions("codebuild", "BatchGetBuilds ListBuildsForProject"),
            resources=scope.arns(BUILDS),
            reason=NAMED_BY_PROJECTS,
        ),
        Statement(
            sid="ReadBuilds",
            actions=READ_LOGS,
            resources=(*scope.arns(BUILD_LOGS), *gate),
            reason=f"{NAMED_BY_PROJECTS}; the gate's functions say why a version is refused",
        ),
        Statement(
            sid="SeeTopics",
            actions=actions("sns", "GetTopicAttributes ListSubscriptionsByTopic"),
            resources=scope.arns(TOPICS),
            reason=NAMED_BY_PROJECTS,
        ),
    )
