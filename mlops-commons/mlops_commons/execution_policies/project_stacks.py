"""What the deploy repositories of projects create in the accounts of a set.

A project's deploy pipeline has CloudFormation make these resources with a role that a stage has for
projects. The templates are written by whoever may push to the project's repository, so this is the
list of what they may hold: the types of the seed code, by the names of its `deploy_app/names.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.contract import ParameterName
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.required_actions import actions_of
from mlops_commons.organization import PLAIN_ROLES, RoleNames

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
    roles: RoleNames = PLAIN_ROLES,
) -> StackTemplate:
    """The stack of any project in a stage, with `*` where projects differ.

    Args:
        dev_accounts: the other accounts in which the projects register the model versions that
            they deploy here.
        deploys: further types of resources that a set's projects may make.
        roles: how the projects name their roles.
    """
    named = _Roles(stage=stage, names=roles)
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
                **_roles(named),
                **_endpoint(named, dev_accounts),
                **_pipelines(named),
                **_further(named, deploys),
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


@dataclass(frozen=True, kw_only=True)
class _Roles:
    """The roles of any project in a stage, by their purpose."""

    stage: str
    names: RoleNames

    def resource(self, purpose: str) -> dict[str, Any]:
        return {
            "Type": "AWS::IAM::Role",
            # Which boundary, the policy says; a role of a project has one in any case, so that
            # its project may also write policies into it.
            "Properties": {
                "RoleName": self._name(purpose),
                "Path": self.names.path,
                "PermissionsBoundary": "*",
                "Policies": [],
            },
        }

    def arn(self, purpose: str) -> dict[str, str]:
        return {"Fn::Sub": self.names.arn(self._name(purpose))}

    def _name(self, purpose: str) -> str:
        return self.names.pattern(f"sagemaker-p-*-{self.stage}-{purpose}")


def _roles(roles: _Roles) -> dict[str, Any]:
    return {
        "ExecutionRole": roles.resource("execution"),
        "TestRole": roles.resource("test"),
        "SchedulerRole": roles.resource("scheduler"),
        "Policy": {"Type": "AWS::IAM::ManagedPolicy"},
    }


def _endpoint(roles: _Roles, dev_accounts: Sequence[str]) -> dict[str, Any]:
    stage = roles.stage
    return {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ModelName": "*",
                "ExecutionRoleArn": roles.arn("execution"),
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


def _pipelines(roles: _Roles) -> dict[str, Any]:
    stage = roles.stage
    return {
        **{
            f"{purpose.capitalize()}Pipeline": {
                "Type": "AWS::SageMaker::Pipeline",
                "Properties": {
                    "PipelineName": f"*-p-*-{stage}-{purpose}",
                    "RoleArn": roles.arn("execution"),
                },
            }
            for purpose in PIPELINES
        },
        "Schedule": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "Name": f"*-p-*-{stage}",
                "Target": {"RoleArn": roles.arn("scheduler")},
            },
        },
        "RunFailed": {
            "Type": "AWS::Events::Rule",
            "Properties": {"Name": "*-RunFailed-*"},
        },
    }


def _further(roles: _Roles, deploys: Sequence[str]) -> dict[str, Any]:
    """Resources of other types, by names with the project's id and the stage, and their role.

    The names that CloudFormation makes begin with the stack's, which has both in it.
    """
    if not deploys:
        return {}
    role = {"ServiceRole": roles.resource("service")}
    return role | {
        f"Further{number}": {"Type": kind, "Properties": _properties(kind, roles)}
        for number, kind in enumerate(sorted(set(deploys)), start=1)
    }


def _properties(kind: str, roles: _Roles) -> dict[str, Any]:
    given = handler_permissions().name_property(kind)
    named = {given: f"*-p-*-{roles.stage}*"} if given else {}
    passes = "iam:PassRole" in (actions_of(kind) or ())
    return {**named, **({"RoleArn": roles.arn("service")} if passes else {})}
