"""A schedule that compares the endpoint's traffic with what its version was trained on."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker

from deploy_app import names, pipelines
from deploy_app.comparison import definition
from deploy_app.endpoint import Endpoint
from deploy_app.errors import DeployError
from deploy_app.kinds import Kind
from deploy_app.network import Network
from deploy_app.settings import NONE, Settings
from deploy_app.stage_config import StageConfig
from deploy_app.variants import Surroundings

JOBS = ("processing-job",)


def is_monitored(config: StageConfig) -> bool:
    """Whether the endpoint of a stage is asked by something that is compared."""
    return config.kind is Kind.REALTIME and config.monitoring.data_quality


def permissions(settings: Settings, stage: str, network: Network) -> list[dict[str, object]]:
    """What the execution role needs besides: it starts the job that compares, as itself."""
    return [*pipelines.run_jobs(network, *JOBS), pipelines.run_as_itself(settings, stage)]


def add_monitoring(
    stack: cdk.Stack,
    settings: Settings,
    stage: str,
    *,
    config: StageConfig,
    endpoint: Endpoint,
    surroundings: Surroundings,
    topic_arn: str,
) -> None:
    """Add pipeline, schedule, and the alarm that rings when something has drifted.

    Raises:
        DeployError: nobody says where the version's archive is, or which image runs it.
    """
    if NONE in (settings.model_data_uri, settings.model_image):
        raise DeployError(
            f"config/{stage}.yml: monitoring.data_quality is true, and MODEL_DATA_URI or "
            "MODEL_IMAGE is missing: the deploy pipeline gives both; on a laptop set them, or set "
            "monitoring.data_quality: false"
        )
    role, name = surroundings.role, names.monitoring(settings, stage)
    pipeline = sagemaker.CfnPipeline(
        stack,
        "Monitoring",
        pipeline_name=name,
        pipeline_description=f"Compares the traffic of {endpoint.name} with its training",
        role_arn=role.role.role_arn,
        pipeline_definition={
            "PipelineDefinitionBody": definition(
                settings,
                stage,
                config.monitoring,
                role_arn=role.role.role_arn,
                key_arn=surroundings.key.key_arn,
                bucket=surroundings.bucket.bucket_name,
                network=surroundings.network,
            )
        },
    )
    pipeline.node.add_dependency(role.policy)
    pipelines.start_by_schedule(
        stack,
        settings,
        stage,
        pipeline=pipeline,
        what="Compares the traffic",
        expression=config.monitoring.schedule,
        timezone="UTC",
        enabled=True,
    )
    cloudwatch.CfnAlarm(
        stack,
        "Drift",
        alarm_name=f"{endpoint.name}-drift",
        alarm_description=f"What {endpoint.name} is asked or answers is not as in the training of "
        "its version, is wrong more often by its labels, or could not be compared: the newest run "
        f"of {name} says what and why",
        namespace=pipelines.NAMESPACE,
        metric_name=pipelines.FAILED,
        dimensions=[{"name": "PipelineName", "value": name}],
        statistic="Sum",
        period=300,
        threshold=1,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        # Without a run, nothing has been found.
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
    )
