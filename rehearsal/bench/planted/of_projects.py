"""Faults of the portfolio, the products and what their projects deploy, in the templates."""

from functools import partial
from typing import Final

from planted.of_stages import NOTHING
from planted.template import TemplateFault

_portfolio = partial(TemplateFault, template="template dev")
_product = partial(TemplateFault, template="product basic")
_deployed = partial(TemplateFault, template="deploy app basic dev")

PORTFOLIO: Final = (
    _portfolio(
        name="a launch role that may not tag roles",
        resource="ProductLaunchProducts",
        before='"iam:TagRole"',
        after=NOTHING,
        says="iam:TagRole",
    ),
    _portfolio(
        name="a launch role that may not hand keys on",
        resource="ProductLaunchProducts3",
        before='"kms:CreateGrant"',
        after=NOTHING,
        says="kms:CreateGrant",
    ),
    _portfolio(
        name="a launch role that may not encrypt repositories",
        resource="ProductLaunchProducts3",
        before='"kms:Encrypt"',
        after=NOTHING,
        says="kms:Encrypt",
    ),
    _portfolio(
        name="access logs for another service, in the template",
        resource="AssetsAccessLogsPolicy",
        before="logging.s3.amazonaws.com",
        after="logs.amazonaws.com",
        says="AssetsAccessLogs",
    ),
)
SERVICES: Final = (
    _product(
        name="a pipeline's key that EventBridge may not use",
        resource="PipelineKey",
        before='"Service": "events.amazonaws.com"',
        after='"Service": "scheduler.amazonaws.com"',
        says="EventBridge may not kms:Decrypt",
    ),
    _product(
        name="a pipeline's key that CloudWatch Logs may not use",
        resource="PipelineKey",
        before='"logs.${AWS::Region}.${AWS::URLSuffix}"',
        after='"events.${AWS::Region}.${AWS::URLSuffix}"',
        says="PipelineKey",
    ),
    _product(
        name="a topic for another service",
        resource="NotificationsPolicy",
        before='"Service": "events.amazonaws.com"',
        after='"Service": "scheduler.amazonaws.com"',
        says="Notifications",
    ),
    _product(
        name="a rule for a state that no pipeline has",
        resource="Notices",
        before='"FAILED"',
        after='"FAILURE"',
        says="BuildPipeline is FAILED: nobody is told",
    ),
    _product(
        name="a notice without the page of the build",
        resource="Notices",
        before="external-execution-url",
        after="external-execution-id",
        says="Notices has no link to https://",
    ),
    _product(
        name="a notice whose link leads to logs of no job",
        resource="Notices",
        before="$.detail.stepType",
        after="$.detail.stepName",
        says="Notices has no link to .252FTraining",
    ),
    _product(
        name="a bucket's policy for a role that is not there",
        resource="ArtifactBucketPolicy",
        before="role/sagemaker-${SageMakerProjectId}-dev-execution",
        after="role/sagemaker-${SageMakerProjectId}-dev-executor",
        says="ArtifactBucket|dev-execution",
    ),
    _product(
        name="a rule that follows another branch",
        resource="DeployStarts",
        before='"main"',
        after='"trunk"',
        says="no push to main of .* starts DeployPipeline",
    ),
    _product(
        name="a training whose end nobody hears",
        resource="TrainingEnds",
        before='"Failed"',
        after='"Failure"',
        says="is Failed: 0 builds start",
    ),
    _product(
        name="a failed training that is told twice",
        resource="Notices",
        before='"PRE_BUILD"',
        after='"BUILD"',
        says="BUILD of .*-report is FAILED: people are told",
    ),
    _product(
        name="a report of a branch that nobody has reviewed",
        resource="ReportProject",
        before='"SourceVersion": "refs/heads/main"',
        after='"SourceVersion": "refs/heads/topic"',
        says="ReportProject reads refs/heads/topic, not main",
    ),
    _product(
        name="an alarm of another rule",
        resource="LostDeployment",
        before='-deploy-starts"',
        after='-deploy-start"',
        says="DeployStarts: 0 alarms",
    ),
)
ROLES: Final = (
    *(
        _product(
            name=f"jobs without {action}",
            resource="ExecutionPolicy",
            before=f'"{action}"',
            after=NOTHING,
            says=action,
        )
        for action in (
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DescribeVpcs",
            "kms:CreateGrant",
            "logs:CreateLogStream",
            "cloudwatch:PutMetricData",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
        )
    ),
    *(
        _product(
            name=f"a pipeline without {action}",
            resource=role,
            before=f'"{action}"',
            after=NOTHING,
            says=action,
        )
        for role, action in (
            ("DeployPipelinePolicy", "sns:Publish"),
            ("BuildPipelinePolicy", "codecommit:UploadArchive"),
            ("BuildPipelinePolicy", "codebuild:StartBuild"),
            ("EventsPolicy", "codepipeline:StartPipelineExecution"),
            ("EventsPolicy", "codebuild:StartBuild"),
            ("ReportPolicy", "codecommit:GitPull"),
            ("ReportPolicy", "sagemaker:ListPipelineExecutionSteps"),
        )
    ),
    _product(
        name="rules that may start other pipelines only",
        resource="EventsPolicy",
        before="${SageMakerProjectId}-deploy",
        after="${SageMakerProjectId}-deployment",
        says="codepipeline:StartPipelineExecution",
    ),
    _product(
        name="a group's policy of another region",
        resource="ModelPackageGroup",
        before="sagemaker:${AWS::Region}",
        after="sagemaker:us-east-1",
        says="ModelPackageGroup",
    ),
)
PIPELINES: Final = (
    _product(
        name="stacks of roles without the capability",
        resource="DeployPipeline",
        before="CAPABILITY_NAMED_IAM",
        after="CAPABILITY_IAM",
        says="CAPABILITY_IAM: the stack has roles with names",
    ),
    _product(
        name="a pipeline of the type without variables",
        resource="DeployPipeline",
        before='"PipelineType": "V2"',
        after='"PipelineType": "V1"',
        says="PipelineType",
    ),
    _product(
        name="a rule that does not wait for its role's policy",
        resource="DeployStarts",
        before='"DependsOn": ["EventsPolicy"]',
        after='"DependsOn": []',
        says="DeployStarts",
    ),
)
DEPLOYED: Final = (
    _deployed(
        name="alarms that watch another variant",
        resource="EndpointServerErrors",
        before='"AllTraffic"',
        after='"AllTraffics"',
        says="EndpointServerErrors",
    ),
    _deployed(
        name="an alarm on a metric that is not there",
        resource="EndpointServerErrors",
        before="Invocation5XXErrors",
        after="Invocation5XXError",
        says="EndpointServerErrors",
    ),
    _deployed(
        name="a model that does not wait for its role's policy",
        resource="EndpointModel",
        before='"DependsOn": ["ExecutionPolicyAAD48089"]',
        after='"DependsOn": []',
        says="EndpointModel",
    ),
    *(
        _deployed(
            name=f"a stage's role without {action}",
            resource="ExecutionPolicy",
            before=f'"{action}"',
            after=NOTHING,
            says=action,
        )
        for action in ("ec2:CreateNetworkInterface", "kms:CreateGrant", "ecr:BatchGetImage")
    ),
    _deployed(
        name="a wait longer than SageMaker waits",
        template="deploy app basic prod",
        resource="Endpoint8024A810",
        before='"TerminationWaitInSeconds": 300',
        after='"TerminationWaitInSeconds": 3601',
        says="TerminationWaitInSeconds",
        schema=True,
    ),
    _deployed(
        name="a canary larger than SageMaker lets it be",
        template="deploy app basic prod",
        resource="Endpoint8024A810",
        before='"Value": 20',
        after='"Value": 60',
        says="its canary takes 60 %",
    ),
    _deployed(
        name="a variant that takes a new endpoint's first count again",
        template="deploy app basic prod",
        resource="Endpoint8024A810",
        before='"RetainAllVariantProperties": true',
        after='"RetainAllVariantProperties": false',
        says="loses the number of instances",
    ),
)
PROJECT_FAULTS: Final = (*PORTFOLIO, *SERVICES, *ROLES, *PIPELINES, *DEPLOYED)
