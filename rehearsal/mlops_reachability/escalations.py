"""By which calls somebody comes to act as a role, apart from assuming it: the public research.

Sources: Rhino Security Labs, "AWS IAM Privilege Escalation Methods" (2018, extended to 2021);
NCC Group, Principal Mapper, `principalmapper/graphing/*_edges.py`; DataDog, "pathfinding.cloud";
and, for SageMaker and CodePipeline, the actions that the Service Authorization Reference lists with
`iam:PassRole` as a dependent action. A row is a fact about AWS and knows nothing of this platform.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Call:
    """An action on a resource of some shape."""

    action: str
    shape: str = "*"


@dataclass(frozen=True)
class Passing:
    """A service that runs somebody's code with a role that he passes.

    Attributes:
        calls: all of them are needed, besides `iam:PassRole`.
    """

    service: str
    calls: tuple[Call, ...]
    words: str


def _calls(service: str, text: str) -> tuple[Call, ...]:
    """Calls of one service, written as `Action:resource/*`."""
    found = []
    for part in text.split():
        action, _, rest = part.partition("=")
        shape = f"arn:aws:{service}:*:*:{rest}" if rest else "*"
        found.append(Call(f"{service}:{action}", shape))
    return tuple(found)


def _rows(service: str, prefix: str, words: str, *alternatives: str) -> tuple[Passing, ...]:
    return tuple(Passing(service, _calls(prefix, text), words) for text in alternatives)


PASSING: Final = (
    *_rows(
        "sagemaker.amazonaws.com",
        "sagemaker",
        "runs code in SageMaker with it",
        "CreateTrainingJob=training-job/*",
        "CreateProcessingJob=processing-job/*",
        "CreateHyperParameterTuningJob=hyper-parameter-tuning-job/*",
        "CreateAutoMLJobV2=automl-job/*",
        "CreateModel=model/* CreateEndpointConfig=endpoint-config/* CreateEndpoint=endpoint/*",
        "CreateModel=model/* CreateEndpointConfig=endpoint-config/* UpdateEndpoint=endpoint/*",
        "CreateModel=model/* CreateTransformJob=transform-job/*",
        "CreatePipeline=pipeline/* StartPipelineExecution=pipeline/*",
        "UpdatePipeline=pipeline/* StartPipelineExecution=pipeline/*",
        "CreateNotebookInstance=notebook-instance/* "
        "CreatePresignedNotebookInstanceUrl=notebook-instance/*",
        "CreateUserProfile=user-profile/* CreatePresignedDomainUrl=user-profile/*",
        "UpdateUserProfile=user-profile/* CreatePresignedDomainUrl=user-profile/*",
        "CreateDomain=domain/* CreateUserProfile=user-profile/*",
        "UpdateDomain=domain/*",
        "CreateMonitoringSchedule=monitoring-schedule/*",
        "CreateInferenceComponent=inference-component/*",
    ),
    *_rows(
        "lambda.amazonaws.com",
        "lambda",
        "runs a Lambda function with it",
        "CreateFunction=function:* InvokeFunction=function:*",
        "CreateFunction=function:* AddPermission=function:*",
        "CreateFunction=function:* CreateEventSourceMapping",
        "CreateFunction=function:* CreateFunctionUrlConfig=function:*",
        "UpdateFunctionConfiguration=function:* UpdateFunctionCode=function:*",
    ),
    *_rows(
        "codebuild.amazonaws.com",
        "codebuild",
        "runs a build with it",
        "CreateProject=project/* StartBuild=project/*",
        "UpdateProject=project/* StartBuild=project/*",
        "CreateProject=project/* CreateWebhook=project/*",
    ),
    *_rows(
        "codepipeline.amazonaws.com",
        "codepipeline",
        "runs a pipeline of his own with it",
        "CreatePipeline=*",
        "UpdatePipeline=*",
    ),
    *_rows(
        "cloudformation.amazonaws.com",
        "cloudformation",
        "lets CloudFormation apply his template with it",
        "CreateStack=stack/*",
        "UpdateStack=stack/*",
        "CreateChangeSet=stack/* ExecuteChangeSet=stack/*",
        "CreateStackSet=stackset/* CreateStackInstances=stackset/*",
    ),
    *_rows(
        "glue.amazonaws.com",
        "glue",
        "runs a Glue job with it",
        "CreateJob=job/* StartJobRun=job/*",
        "UpdateJob=job/* StartJobRun=job/*",
        "CreateSession=session/* RunStatement=session/*",
        "CreateDevEndpoint=devEndpoint/*",
    ),
    *_rows("ec2.amazonaws.com", "ec2", "starts a machine with it", "RunInstances=instance/*"),
    *_rows(
        "states.amazonaws.com",
        "states",
        "runs a state machine with it",
        "CreateStateMachine=stateMachine:* StartExecution=stateMachine:*",
        "UpdateStateMachine=stateMachine:* StartExecution=stateMachine:*",
    ),
    *_rows(
        "ecs-tasks.amazonaws.com",
        "ecs",
        "runs a container with it",
        "RegisterTaskDefinition=task-definition/* RunTask=task-definition/*",
    ),
    *_rows(
        "scheduler.amazonaws.com",
        "scheduler",
        "lets the scheduler call anything with it",
        "CreateSchedule=schedule/*",
        "UpdateSchedule=schedule/*",
    ),
    *_rows(
        "events.amazonaws.com",
        "events",
        "lets EventBridge call a target with it",
        "PutRule=rule/* PutTargets=rule/*",
    ),
    *_rows(
        "bedrock-agentcore.amazonaws.com",
        "bedrock-agentcore",
        "runs a code interpreter with it",
        "CreateCodeInterpreter InvokeCodeInterpreter",
    ),
)
"""With `iam:PassRole` and a trust policy that names the service."""


@dataclass(frozen=True)
class Running:
    """A resource that has a role already: who may do this with it acts as that role.

    Attributes:
        role: the properties that lead to the ARN of the role.
        actions: each of them is enough; those of one text that `+` joins are needed together.
    """

    type: str
    role: tuple[str, ...]
    actions: tuple[str, ...]
    words: str


RUNNING: Final = (
    Running(
        "AWS::Lambda::Function", ("Role",), ("lambda:UpdateFunctionCode",), "exchanges the code of"
    ),
    Running(
        "AWS::CodeBuild::Project",
        ("ServiceRole",),
        ("codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:UpdateProject"),
        "starts, with a buildspec of his own,",
    ),
    Running(
        "AWS::SageMaker::UserProfile",
        ("UserSettings", "ExecutionRole"),
        ("sagemaker:CreatePresignedDomainUrl", "sagemaker:UpdateUserProfile"),
        "opens the Studio profile",
    ),
    Running(
        "AWS::SageMaker::NotebookInstance",
        ("RoleArn",),
        ("sagemaker:CreatePresignedNotebookInstanceUrl",),
        "opens the notebook",
    ),
    Running(
        "AWS::Glue::Job",
        ("Role",),
        ("glue:UpdateJob+glue:StartJobRun",),
        "exchanges the script of",
    ),
    Running(
        "AWS::StepFunctions::StateMachine",
        ("RoleArn",),
        ("states:UpdateStateMachine+states:StartExecution",),
        "changes the state machine",
    ),
    # API_UpdatePipeline: RoleArn is optional, and the pipeline keeps the one it has.
    Running(
        "AWS::SageMaker::Pipeline",
        ("RoleArn",),
        ("sagemaker:UpdatePipeline+sagemaker:StartPipelineExecution",),
        "changes the SageMaker pipeline",
    ),
)
"""Without `iam:PassRole`: the role is there already."""

STACK_UPDATES: Final = (
    "cloudformation:UpdateStack",
    "cloudformation:CreateChangeSet+cloudformation:ExecuteChangeSet",
)
"""A stack keeps its role: an update without `RoleARN` is applied with it (CloudFormation User
Guide, "CloudFormation service role")."""
WIDENING: Final = ("iam:PutRolePolicy", "iam:AttachRolePolicy")
"""Each of them gives a role every permission that its boundary leaves."""
RETRUSTING: Final = ("iam:UpdateAssumeRolePolicy",)
NEW_VERSIONS: Final = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
UNBINDING: Final = ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary")
NEW_USERS: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
"""Of a user that is there: the platform makes none, so these count as administration of IAM when
a user of any name may be made as well (`iam:CreateUser`, `iam:AttachUserPolicy`)."""
PUSHES: Final = (
    "codecommit:GitPush",
    "codecommit:PutFile",
    "codecommit:CreateCommit",
    "codecommit:DeleteFile",
    "codecommit:MergeBranchesByFastForward",
    "codecommit:MergeBranchesBySquash",
    "codecommit:MergeBranchesByThreeWay",
)
"""What changes a branch directly; all of them know the key `codecommit:References`."""
MERGES: Final = (
    "codecommit:MergePullRequestByFastForward",
    "codecommit:MergePullRequestBySquash",
    "codecommit:MergePullRequestByThreeWay",
)
"""What changes it by a pull request, which approval rules may hold."""
AROUND_APPROVAL_RULES: Final = (
    "codecommit:OverridePullRequestApprovalRules",
    "codecommit:DeletePullRequestApprovalRule",
    "codecommit:UpdatePullRequestApprovalRuleContent",
    "codecommit:DisassociateApprovalRuleTemplateFromRepository",
    "codecommit:UpdateApprovalRuleTemplateContent",
    "codecommit:DeleteApprovalRuleTemplate",
)
