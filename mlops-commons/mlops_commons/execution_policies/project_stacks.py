"""What the deploy repositories of projects create in the accounts of a set.

A project's deploy pipeline has CloudFormation make these resources with a role that a stage has for
projects. The templates are written by whoever may push to the project's repository, so this is the
list of what they may hold: the types of the seed code, by the names of its `deploy_app/names.py`.
"""

from collections.abc import Sequence
from typing import Any, Final

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.contract import ParameterName
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.required_actions import actions_of

PROJECT_TAG: Final = "sagemaker:project-id"
PROJECT: Final = f"${{!aws:PrincipalTag/{PROJECT_TAG}}}"
"""The id of the project that a role belongs to: IAM fills in the tag of whoever asks. Policy
variables work in boundaries (IAM User Guide, "IAM policy elements: Variables and tags"), also with
tags that have a colon in their key (Amazon EKS User Guide, "Auto Mode cluster IAM role")."""
PIPELINES: Final = ("inference", "monitoring")
"""What the pipelines of a stage do, which their names end with."""
NETWORK: Final = tuple(
    name.removeprefix("/")
    for name in (
        ParameterName.VPC_ID,
        ParameterName.PRIVATE_SUBNET_IDS,
        ParameterName.SECURITY_GROUP_ID,
        ParameterName.DEPLOYMENT_BOUNDARY,
    )
)
"""Below the namespace of a stage, if it has one."""


def project_stack(
    stage: str,
    environment: Environment,
    dev_accounts: Sequence[str] = (),
    deploys: Sequence[str] = (),
) -> StackTemplate:
    """The stack of any project in a stage, with `*` where projects differ.

    Args:
        dev_accounts: the other accounts in which the projects register the model versions that
            they deploy here.
        deploys: further types of resources that a set's projects may make.
    """
    return StackTemplate(
        summary=StackSummary(
            role=stage,
            account=environment.account,
            region=environment.region,
            stack=f"*-p-*-deploy-{stage}",
        ),
        partition=environment.partition,
        template={
            "Parameters": _network(),
            "Resources": {
                **_data(stage),
                **_roles(stage),
                **_endpoint(stage, dev_accounts),
                **_pipelines(stage),
                **_further(stage, deploys),
            },
        },
    )


def _network() -> dict[str, Any]:
    names = [f"{prefix}{path}" for prefix in ("/", "/*/") for path in NETWORK]
    kind = "AWS::SSM::Parameter::Value<String>"
    return {name: {"Type": kind, "Default": name} for name in names}


def _data(stage: str) -> dict[str, Any]:
    tags = [{"Key": PROJECT_TAG, "Value": "*"}]
    return {
        "DataKey": {"Type": "AWS::KMS::Key", "Properties": {"Tags": tags}},
        "DataBucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": f"sagemaker-p-*-{stage}-*"},
        },
        # Its name is made of the stack's, of which only the beginning may be left.
        "DataAccessLogs": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": "*-dataaccesslogs*"},
        },
        "DataBucketPolicy": {"Type": "AWS::S3::BucketPolicy"},
    }


def _role(stage: str, purpose: str) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        # Which boundary, the policy says; a role of a project has one in any case, so that its
        # project may also write policies into it.
        "Properties": {
            "RoleName": f"sagemaker-p-*-{stage}-{purpose}",
            "PermissionsBoundary": "*",
            "Policies": [],
        },
    }


def _role_arn(stage: str, purpose: str) -> dict[str, str]:
    name = f"sagemaker-p-*-{stage}-{purpose}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{name}"}


def _roles(stage: str) -> dict[str, Any]:
    return {
        "ExecutionRole": _role(stage, "execution"),
        "TestRole": _role(stage, "test"),
        "SchedulerRole": _role(stage, "scheduler"),
        "Policy": {"Type": "AWS::IAM::ManagedPolicy"},
    }


def _endpoint(stage: str, dev_accounts: Sequence[str]) -> dict[str, Any]:
    return {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ModelName": "*",
                "ExecutionRoleArn": _role_arn(stage, "execution"),
                "Containers": [{"ModelPackageName": _version(dev)} for dev in dev_accounts],
            },
        },
        "EndpointConfig": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"EndpointConfigName": "*"},
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointName": f"*-p-*-{stage}"},
        },
        # A version on machines that may be none.
        "Component": {
            "Type": "AWS::SageMaker::InferenceComponent",
            "Properties": {"InferenceComponentName": f"*-p-*-{stage}"},
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {"AlarmName": f"*-p-*-{stage}-*"},
        },
        # What an asynchronous endpoint tells.
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": f"sagemaker-p-*-{stage}-*"},
        },
        "ScalableTarget": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget"},
        "ScalingPolicy": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy"},
    }


def _version(account: str) -> dict[str, str]:
    arn = f"arn:${{AWS::Partition}}:sagemaker:${{AWS::Region}}:{account}"
    return {"Fn::Sub": f"{arn}:model-package/*-p-*/*"}


def _pipelines(stage: str) -> dict[str, Any]:
    return {
        **{
            f"{purpose.capitalize()}Pipeline": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {
                    "PipelineName": f"*-p-*-{stage}-{purpose}",
                    "RoleArn": _role_arn(stage, "execution"),
                },
            }
            for purpose in PIPELINES
        },
        "Schedule": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "Name": f"*-p-*-{stage}",
                "Target": {"RoleArn": _role_arn(stage, "scheduler")},
            },
        },
        "RunFailed": {
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": "*-RunFailed-*"},
        },
    }


def _further(stage: str, deploys: Sequence[str]) -> dict[str, Any]:
    """Resources of other types, by names with the project's id and the stage, and their role.

    The names that CloudFormation makes begin with the stack's, which has both in it.
    """
    if not deploys:
        return {}
    role = {"ServiceRole": _role(stage, "service")}
    return role | {
        f"Further{number}": {"Type": kind, "Properties": _properties(kind, stage)}
        for number, kind in enumerate(sorted(set(deploys)), start=1)
    }


def _properties(kind: str, stage: str) -> dict[str, Any]:
    given = handler_permissions().name_property(kind)
    named = {given: f"*-p-*-{stage}*"} if given else {}
    passes = "iam:PassRole" in (actions_of(kind) or ())
    return {**named, **({"RoleArn": _role_arn(stage, "service")} if passes else {})}
