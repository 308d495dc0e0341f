"""Schedules of SageMaker Model Monitor, where the configuration asks for them."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from deploy_app.endpoint import Endpoint
from deploy_app.errors import DeployError
from deploy_app.execution_role import ExecutionRole
from deploy_app.instances import takes_volume_key
from deploy_app.network import Network
from deploy_app.stage_config import Monitoring

IMAGE_ACCOUNTS = {
    "af-south-1": "875698925577",
    "ap-east-1": "001633400207",
    "ap-northeast-1": "574779866223",
    "ap-northeast-2": "709848358524",
    "ap-northeast-3": "990339680094",
    "ap-south-1": "126357580389",
    "ap-southeast-1": "245545462676",
    "ap-southeast-2": "563025443158",
    "ca-central-1": "536280801234",
    "eu-central-1": "048819808253",
    "eu-north-1": "895015795356",
    "eu-south-1": "933208885752",
    "eu-west-1": "468650794304",
    "eu-west-2": "749857270468",
    "eu-west-3": "680080141114",
    "me-south-1": "607024016150",
    "sa-east-1": "539772159869",
    "us-east-1": "156813124566",
    "us-east-2": "777275614652",
    "us-west-1": "890145073186",
    "us-west-2": "159807026194",
}
"""The accounts of the image sagemaker-model-monitor-analyzer, by region (Amazon SageMaker ECR
paths, Model Monitor)."""


def add_monitoring(
    stack: cdk.Stack,
    *,
    config: Monitoring,
    endpoint: Endpoint,
    role: ExecutionRole,
    bucket: s3.IBucket,
    key: kms.IKey,
    network: Network,
) -> None:
    """Add what is switched on: data quality, model quality.

    Raises:
        DeployError: a baseline or the ground truth is missing, or the region has no image.
    """
    wanted = [kind for kind in ("data_quality", "model_quality") if getattr(config, kind)]
    if not wanted:
        return
    _check(config, stack.region)
    for kind in wanted:
        title = "".join(word.capitalize() for word in kind.split("_"))
        properties = _definition(stack, config, endpoint, role, bucket, key, network, title)
        classes = {
            "DataQuality": sagemaker.CfnDataQualityJobDefinition,
            "ModelQuality": sagemaker.CfnModelQualityJobDefinition,
        }
        definition = classes[title](stack, f"{title}Definition", **properties)
        schedule = sagemaker.CfnMonitoringSchedule(
            stack,
            f"{title}Schedule",
            monitoring_schedule_name=f"{endpoint.name[:50]}-{kind[0]}q",
            monitoring_schedule_config={
                "monitoringJobDefinitionName": definition.ref,
                "monitoringType": title,
                "scheduleConfig": {"scheduleExpression": config.schedule},
            },
        )
        schedule.node.add_dependency(definition, stack.node.find_child("Endpoint"))


def _check(config: Monitoring, region: str) -> None:
    if region not in IMAGE_ACCOUNTS:
        raise DeployError(f"Model Monitor has no image in {region}; switch monitoring off there")
    needed = ["statistics_uri", "constraints_uri"] if config.data_quality else []
    needed += ["constraints_uri", "ground_truth_uri"] if config.model_quality else []
    missing = sorted({name for name in needed if not getattr(config, name)})
    if missing:
        raise DeployError(
            f"monitoring is on, but these are empty: {', '.join(missing)}; a baseline job of Model "
            "Monitor makes statistics and constraints, see README.md"
        )


def _definition(
    stack: cdk.Stack,
    config: Monitoring,
    endpoint: Endpoint,
    role: ExecutionRole,
    bucket: s3.IBucket,
    key: kms.IKey,
    network: Network,
    title: str,
) -> dict[str, Any]:
    lower = title[0].lower() + title[1:]
    suffix = cdk.Aws.URL_SUFFIX
    image = f"{IMAGE_ACCOUNTS[stack.region]}.dkr.ecr.{stack.region}.{suffix}"
    local = "/opt/ml/processing"
    endpoint_input: dict[str, Any] = {
        "endpointName": endpoint.name,
        "localPath": f"{local}/input/endpoint",
        "s3DataDistributionType": "FullyReplicated",
        "s3InputMode": "File",
    }
    specification: dict[str, Any] = {"imageUri": f"{image}/sagemaker-model-monitor-analyzer"}
    job_input: dict[str, Any] = {"endpointInput": endpoint_input}
    baseline: dict[str, Any] = {"constraintsResource": {"s3Uri": config.constraints_uri}}
    if title == "ModelQuality":
        endpoint_input |= {
            "inferenceAttribute": "0",
            "startTimeOffset": "-P1D",
            "endTimeOffset": "P0D",
        }
        job_input["groundTruthS3Input"] = {"s3Uri": config.ground_truth_uri}
        specification["problemType"] = config.problem_type
    else:
        baseline["statisticsResource"] = {"s3Uri": config.statistics_uri}
    cluster: dict[str, Any] = {
        "instanceCount": 1,
        "instanceType": config.instance_type,
        "volumeSizeInGb": 20,
    }
    if takes_volume_key(config.instance_type):
        cluster["volumeKmsKeyId"] = key.key_arn
    return {
        f"{_snake(title)}_app_specification": specification,
        f"{_snake(title)}_baseline_config": baseline,
        f"{_snake(title)}_job_input": job_input,
        f"{_snake(title)}_job_output_config": {
            "kmsKeyId": key.key_arn,
            "monitoringOutputs": [
                {
                    "s3Output": {
                        "localPath": f"{local}/output",
                        "s3Uri": bucket.s3_url_for_object(f"monitoring/{lower}"),
                        "s3UploadMode": "EndOfJob",
                    }
                }
            ],
        },
        "job_resources": {"clusterConfig": cluster},
        "network_config": {
            "enableNetworkIsolation": True,
            "enableInterContainerTrafficEncryption": True,
            "vpcConfig": {
                "subnets": network.subnet_ids,
                "securityGroupIds": [network.security_group_id],
            },
        },
        "role_arn": role.role.role_arn,
        "stopping_condition": {"maxRuntimeInSeconds": 3600},
    }


def _snake(title: str) -> str:
    return {"DataQuality": "data_quality", "ModelQuality": "model_quality"}[title]
