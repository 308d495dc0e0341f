"""The CodeBuild projects of a project, and their log groups."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cdk_service_catalog.project import naming
from cdk_service_catalog.project.definition import ProductDefinition
from cdk_service_catalog.project.parameters import MLFLOW
from cdk_service_catalog.project.props import ProjectProps
from mlops_commons.organization import ACCOUNT, NO_PATH
from mlops_commons.utilities.cloudformation import DELETED, Resource, Resources, attribute, ref, sub

CHECK_SPECIFICATION: Final = "buildspec.check.yml"
IMAGE: Final = "aws/codebuild/standard:8.0"
LOG_RETENTION_DAYS: Final = 365
USUAL_STAGES: Final = "dev=dev,preprod=preprod,prod=prod"
"""What a deploy app takes for granted where it is not told."""
Value = str | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Build:
    """A CodeBuild project that reads its commands from the repository.

    Attributes:
        id: the beginning of its logical ids; `role` is that of its role.
        purpose: the end of its name.
        buildspec: the file in the repository.
        environment: variables by name.
        privileged: containers are built, which needs a Docker daemon.
        repository: what it reads by itself, as a logical id; without one, CodePipeline hands the
            source over.
        branch: what it reads of it; without one, whoever starts it says so.
    """

    id: str
    role: str
    purpose: str
    title: str
    buildspec: str
    minutes: int
    environment: Mapping[str, Value] = field(default_factory=dict)
    privileged: bool = False
    repository: str = ""
    branch: str = ""


def builds(definition: ProductDefinition, props: ProjectProps) -> tuple[Build, ...]:
    """All builds of a product's projects."""
    image = Build(
        id="Image",
        role="Image",
        purpose="image",
        title="builds container images",
        buildspec="buildspec.image.yml",
        minutes=60,
        environment=_images(),
        privileged=True,
    )
    return (
        *((image,) if definition.image_repository else ()),
        Build(
            id="Train",
            role="Build",
            purpose="train",
            title="starts the SageMaker pipeline",
            buildspec="buildspec.yml",
            minutes=60,
            environment=_training(definition, props),
        ),
        Build(
            id="Report",
            role="Report",
            purpose=naming.REPORT,
            title="says how a training has ended",
            buildspec="buildspec.report.yml",
            minutes=30,
            environment=_report(props),
            repository="BuildRepository",
            branch=naming.BRANCH,
        ),
        Build(
            id="Synth",
            role="Synth",
            purpose="synth",
            title="synthesises the deployment of a model version",
            buildspec="buildspec.yml",
            minutes=30,
            environment=_deployment(definition, props),
        ),
        *(
            Build(
                id=f"Test{stage.id}",
                role=f"Test{stage.id}",
                purpose=naming.testing(stage.name),
                title=f"tests what is deployed in {stage.name}",
                buildspec="buildspec.test.yml",
                minutes=60,
                environment=_deployment(definition, props),
            )
            for stage in props.stages
        ),
        *(
            Build(
                id=f"{kind.capitalize()}Check",
                role=f"{kind.capitalize()}Check",
                purpose=naming.checking(kind),
                title=f"builds pull requests of the {kind} repository",
                buildspec=CHECK_SPECIFICATION,
                minutes=60,
                repository=f"{kind.capitalize()}Repository",
            )
            for kind in naming.REPOSITORIES
        ),
    )


def build_resources(rows: Sequence[Build], props: ProjectProps) -> Resources:
    """A log group and a CodeBuild project for each row."""
    groups = {f"{row.id}Logs": _log_group(row) for row in rows}
    return {**groups, **{f"{row.id}Project": _project(row, props) for row in rows}}


def _training(definition: ProductDefinition, props: ProjectProps) -> dict[str, Value]:
    return {
        "SAGEMAKER_PROJECT_NAME": ref("SageMakerProjectName"),
        "SAGEMAKER_PROJECT_ID": ref("SageMakerProjectId"),
        "MODEL_PACKAGE_GROUP_NAME": sub(naming.PROJECT),
        "SAGEMAKER_PIPELINE_NAME": sub(naming.PROJECT),
        "SAGEMAKER_PIPELINE_DESCRIPTION": sub("Models of the project ${SageMakerProjectName}"),
        "SAGEMAKER_PIPELINE_ROLE_ARN": attribute("ExecutionRole", "Arn"),
        "ARTIFACT_BUCKET": ref("ArtifactBucket"),
        "ARTIFACT_BUCKET_KMS_ID": attribute("ArtifactKey", "Arn"),
        "SUBNET_IDS": {"Fn::Join": [",", ref("PrivateSubnetIds")]},
        "SECURITY_GROUP_IDS": ref("SecurityGroupId"),
        "SEAL_FUNCTION_ARN": sub(props.gate.arn("seal")),
        **(_images() if definition.image_repository else {}),
    }


def _report(props: ProjectProps) -> dict[str, Value]:
    """The pipeline whose executions it reports, of which each start names one in EXECUTION_ARN."""
    tracked: dict[str, Value] = {
        "MLFLOW_APP_ARN": ref(MLFLOW),
        "ARTIFACT_BUCKET": ref("ArtifactBucket"),
        "ARTIFACT_BUCKET_KMS_ID": attribute("ArtifactKey", "Arn"),
    }
    return {
        "SAGEMAKER_PIPELINE_ARN": sub(naming.TRAINING),
        **(tracked if props.mlflow else {}),
    }


def _packages(props: ProjectProps) -> dict[str, str]:
    """How every build reaches packages."""
    return props.org.builds.of_projects(props.package_index).environment(props.region)


def _images() -> dict[str, Value]:
    return {"ECR_REPO_URI": attribute("ImageRepository", "RepositoryUri")}


def _deployment(definition: ProductDefinition, props: ProjectProps) -> dict[str, Value]:
    accounts = {f"{stage.variable}_ACCOUNT": ref(stage.account) for stage in props.stages}
    namespaces = {
        f"{stage.variable}_PARAMETER_NAMESPACE": stage.namespace
        for stage in props.stages
        if stage.namespace
    }
    stages = ",".join(f"{stage.name}={stage.role}" for stage in props.stages)
    image_arn = attribute("ImageRepository", "Arn")
    tags = json.dumps(dict(props.required_tags), sort_keys=True)
    return {
        "PROJECT_NAME": ref("SageMakerProjectName"),
        "PROJECT_ID": ref("SageMakerProjectId"),
        "MODEL_PACKAGE_GROUP_NAME": sub(naming.PROJECT),
        "ARTIFACT_BUCKET": ref("ArtifactBucket"),
        "ARTIFACT_BUCKET_KMS_ID": attribute("ArtifactKey", "Arn"),
        "DEPLOYMENT_REGION": ref("DeploymentRegion"),
        **({"REQUIRED_TAGS": tags} if props.required_tags else {}),
        **_access_logs(props),
        **_roles(props),
        **({"STAGES": stages} if stages != USUAL_STAGES else {}),
        **accounts,
        **namespaces,
        **({"ECR_REPO_ARN": image_arn} if definition.image_repository else {}),
    }


def _access_logs(props: ProjectProps) -> dict[str, Value]:
    """As deploy apps read it: with `{account}` in the name, because each account has a bucket."""
    archive = props.org.access_logs
    if archive is None:
        return {}
    named: dict[str, Value] = {"ACCESS_LOGS_BUCKET": archive.bucket_in(ACCOUNT, props.region)}
    return {**named, **({"ACCESS_LOGS_PREFIX": archive.prefix} if archive.prefix else {})}


def _roles(props: ProjectProps) -> dict[str, Value]:
    """As deploy apps name the roles that they make."""
    roles = props.org.roles
    return {
        **({"ROLE_PATH": roles.path} if roles.path != NO_PATH else {}),
        **({"ROLE_NAME_PREFIX": roles.name_prefix} if roles.name_prefix else {}),
    }


def _log_group(row: Build) -> Resource:
    return {
        "Type": "AWS::Logs::LogGroup",
        **DELETED,
        "Properties": {
            "LogGroupName": sub(f"/aws/codebuild/{naming.PREFIXED}-{row.purpose}"),
            "KmsKeyId": attribute("PipelineKey", "Arn"),
            "RetentionInDays": LOG_RETENTION_DAYS,
        },
    }


def _project(row: Build, props: ProjectProps) -> Resource:
    return {
        "Type": "AWS::CodeBuild::Project",
        # CodeBuild looks at the VPC as this role when the project is made, and refuses it without
        # the permissions (CodeBuild User Guide, "Troubleshooting": Not authorized to perform
        # DescribeSecurityGroups).
        "DependsOn": [f"{row.role}Policy"],
        "Properties": {
            "Name": sub(f"{naming.PREFIXED}-{row.purpose}"),
            "Description": sub(f"Project ${{SageMakerProjectName}}: {row.title}"),
            "ServiceRole": attribute(f"{row.role}Role", "Arn"),
            "EncryptionKey": attribute("PipelineKey", "Arn"),
            "TimeoutInMinutes": row.minutes,
            **_source(row),
            # A build runs code of whoever may push: it reaches what the VPC lets it reach.
            "VpcConfig": {
                "VpcId": ref("VpcId"),
                "Subnets": ref("PrivateSubnetIds"),
                "SecurityGroupIds": [ref("SecurityGroupId")],
            },
            "LogsConfig": {
                "CloudWatchLogs": {"Status": "ENABLED", "GroupName": ref(f"{row.id}Logs")}
            },
            "Environment": {
                "Type": "LINUX_CONTAINER",
                "ComputeType": "BUILD_GENERAL1_SMALL",
                "Image": IMAGE,
                "PrivilegedMode": row.privileged,
                "EnvironmentVariables": [
                    {"Name": name, "Type": "PLAINTEXT", "Value": value}
                    for name, value in {**row.environment, **_packages(props)}.items()
                ],
            },
        },
    }


def _source(row: Build) -> dict[str, Any]:
    if not row.repository:
        return {
            "Source": {"Type": "CODEPIPELINE", "BuildSpec": row.buildspec},
            "Artifacts": {"Type": "CODEPIPELINE"},
        }
    return {
        "Source": {
            "Type": "CODECOMMIT",
            "Location": attribute(row.repository, "CloneUrlHttp"),
            "BuildSpec": row.buildspec,
        },
        "Artifacts": {"Type": "NO_ARTIFACTS"},
        **_reads(row),
    }


def _reads(row: Build) -> dict[str, Any]:
    if row.branch:
        # No limit here: CodeBuild starts nothing above it, and each end is reported.
        return {"SourceVersion": f"refs/heads/{row.branch}"}
    # Whoever pushes branches in a loop keeps one machine busy, and not the account's quota.
    return {"ConcurrentBuildLimit": 1}
