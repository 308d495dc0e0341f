"""The pipeline that compares traffic with a version's training, as SageMaker takes it.

Labels lie among the captures: a job with an input of its own for them would fail until the first
ones arrive. The program and the baseline come out of the version's own archive, which is sealed: what compares
is what was approved. The job has no network, so it tells by how it ends. Source of the form:
SageMaker Developer Guide, "Pipelines", schema 2020-12-01; API Reference, CreateProcessingJob.
"""

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk

from deploy_app import names
from deploy_app.instances import takes_volume_key
from deploy_app.network import Network
from deploy_app.settings import NONE, Settings
from deploy_app.stage_config import Monitoring

LOCAL = "/opt/ml/processing"
PROGRAM = (
    f'cd {LOCAL}/model && tar -xzf model.tar.gz --no-same-owner && exec python3 code/drift.py "$@"'
)
STEP, FILE = "Compare", "Drift"
MAXIMUM_SECONDS = 3600


def definition(
    settings: Settings,
    stage: str,
    config: Monitoring,
    *,
    role_arn: str,
    key_arn: str,
    bucket: str,
    network: Network,
) -> str:
    """The body of the pipeline, for CloudFormation.

    Args:
        role_arn: of the pipeline and its job; it may be a token of the CDK, as what follows it.
    """
    values = {
        "Role": role_arn,
        "Key": key_arn,
        "Bucket": bucket,
        # Between the quotes of one text, a list becomes several texts.
        "Subnets": cdk.Fn.join('","', network.subnet_ids),
        "Group": network.security_group_id,
    }
    body = {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [],
        "Steps": [_compare(settings, stage, config), _tell()],
    }
    return cdk.Fn.sub(json.dumps(body), values)


def _compare(settings: Settings, stage: str, config: Monitoring) -> dict[str, Any]:
    skill = settings.model_skill
    captured = f"s3://${{Bucket}}/{names.CAPTURED}/{names.endpoint(settings, stage)}"
    cluster: dict[str, Any] = {
        "InstanceCount": 1,
        "InstanceType": config.instance_type,
        "VolumeSizeInGB": config.volume_gigabytes,
    }
    if takes_volume_key(config.instance_type):
        cluster["VolumeKmsKeyId"] = "${Key}"
    return {
        "Name": STEP,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": "${Role}",
            "AppSpecification": {
                "ImageUri": settings.model_image,
                "ContainerEntrypoint": ["sh", "-c", PROGRAM, "drift"],
                "ContainerArguments": [
                    *("--hours", str(config.window_hours)),
                    *("--minimum-rows", str(config.minimum_rows)),
                    *("--label-days", str(config.label_days)),
                    *("--minimum-labels", str(config.minimum_labels)),
                    # One text, because a skill may be negative.
                    *([] if skill == NONE else [f"--tested={skill}"]),
                ],
            },
            "ProcessingInputs": [
                _input("model", settings.model_data_uri),
                _input("captured", captured),
            ],
            "ProcessingOutputConfig": {"KmsKeyId": "${Key}", "Outputs": [_output("report")]},
            "ProcessingResources": {"ClusterConfig": cluster},
            "NetworkConfig": {
                "EnableNetworkIsolation": True,
                "EnableInterContainerTrafficEncryption": True,
                "VpcConfig": {"Subnets": ["${Subnets}"], "SecurityGroupIds": ["${Group}"]},
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": MAXIMUM_SECONDS},
        },
        "PropertyFiles": [
            {"PropertyFileName": FILE, "OutputName": "report", "FilePath": "drift.json"}
        ],
    }


def _tell() -> dict[str, Any]:
    """End the run as failed where something has drifted: CloudWatch counts that."""
    return {
        "Name": "CheckDrift",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [
                {"Type": "GreaterThan", "LeftValue": _found("violations"), "RightValue": 0}
            ],
            "IfSteps": [
                {
                    "Name": "Drifted",
                    "Type": "Fail",
                    "Arguments": {
                        "ErrorMessage": {"Std:Join": {"On": "", "Values": [_found("summary")]}}
                    },
                }
            ],
            "ElseSteps": [],
        },
    }


def _found(path: str) -> Mapping[str, Any]:
    file = {"Get": f"Steps.{STEP}.PropertyFiles.{FILE}"}
    return {"Std:JsonGet": {"PropertyFile": file, "Path": path}}


def _input(name: str, uri: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "AppManaged": False,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{LOCAL}/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }


def _output(name: str) -> dict[str, Any]:
    execution = {"Get": "Execution.PipelineExecutionId"}
    place = [f"s3://${{Bucket}}/{names.MONITORED}", execution]
    return {
        "OutputName": name,
        "AppManaged": False,
        "S3Output": {
            "S3Uri": {"Std:Join": {"On": "/", "Values": place}},
            "LocalPath": f"{LOCAL}/{name}",
            "S3UploadMode": "EndOfJob",
        },
    }
