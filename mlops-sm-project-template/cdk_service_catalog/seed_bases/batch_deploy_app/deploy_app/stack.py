"""Everything that a stage's account gets to score batches: model, pipeline, schedule, roles."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app import names, pipelines
from deploy_app.acknowledge import acknowledge
from deploy_app.boundary import apply_boundary
from deploy_app.data_bucket import DataBucket
from deploy_app.definition import PLACEHOLDERS, stage_definition
from deploy_app.execution_role import ExecutionRole, acknowledge_wildcards
from deploy_app.model import version_model
from deploy_app.network import network
from deploy_app.role_names import name_roles
from deploy_app.settings import Settings
from deploy_app.stage_config import StageConfig
from deploy_app.test_role import TestRole

JOBS = ("processing-job", "transform-job")


class DeploymentStack(cdk.Stack):
    """One stage: the inference pipeline with a version of the model."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        config: StageConfig,
        model_package_arn: str,
        **stack: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        apply_boundary(self, settings, stage)
        name_roles(self, settings)
        found = network(self, settings, stage)
        data = DataBucket(self, "Data", settings=settings, stage=stage)
        name = f"{settings.project_name}-{settings.project_id}-{stage}-inference"
        scripts = f"{settings.artifact_bucket}/sources/*"
        model_name = names.scoring_model(settings, stage, model_package_arn, config.model_number)
        execution = ExecutionRole(
            self,
            "Execution",
            settings=settings,
            stage=stage,
            bucket=data.bucket,
            key=data.key,
            network=found,
            statements=[
                *pipelines.run_jobs(found, *JOBS),
                pipelines.run_as_itself(settings, stage),
                pipelines.score_with(model_name),
                _read_scripts(scripts),
            ],
        )
        objects = f"<{self.get_logical_id(data.bucket.node.default_child)}.Arn>/*"
        acknowledge_wildcards(
            execution,
            f"arn:<AWS::Partition>:s3:::{settings.artifact_bucket}/registered/*",
            f"arn:<AWS::Partition>:s3:::{scripts}",
            objects,
            *pipelines.wildcards(*JOBS),
        )
        model = version_model(self, model_package_arn, execution, network=found, name=model_name)
        values = (
            execution.role.role_arn,
            data.key.key_arn,
            data.bucket.bucket_name,
            # Between the quotes of one text, a list becomes several texts.
            cdk.Fn.join('","', found.subnet_ids),
            found.security_group_id,
            model_package_arn,
            model.attr_model_name,
        )
        pipeline = sagemaker.CfnPipeline(
            self,
            "Pipeline",
            pipeline_name=name,
            pipeline_description=f"Scores batches of project {settings.project_name} in {stage}",
            role_arn=execution.role.role_arn,
            pipeline_definition={
                "PipelineDefinitionBody": stage_definition(
                    dict(zip(PLACEHOLDERS, values, strict=True))
                )
            },
        )
        pipeline.node.add_dependency(execution.policy)
        arn = pipelines.arn(f"pipeline/{name}")
        pipelines.start_by_schedule(
            self,
            settings,
            stage,
            pipeline=pipeline,
            what="Scores batches",
            expression=config.schedule.expression,
            timezone=config.schedule.timezone,
            enabled=config.schedule.enabled,
        )
        topic = config.notification_topic_arn or names.project_topic_arn(
            settings, region=cdk.Aws.REGION, partition=cdk.Aws.PARTITION
        )
        _tell_of_failures(self, settings, stage, pipeline=name, topic_arn=topic)
        TestRole(
            self,
            "Test",
            settings=settings,
            stage=stage,
            statements=[
                {
                    "Sid": "RunThePipeline",
                    "Effect": "Allow",
                    "Action": [
                        "sagemaker:DescribePipeline",
                        "sagemaker:StartPipelineExecution",
                    ],
                    "Resource": arn,
                },
                {
                    "Sid": "FollowTheRun",
                    "Effect": "Allow",
                    "Action": [
                        "sagemaker:DescribePipelineExecution",
                        "sagemaker:ListPipelineExecutionSteps",
                    ],
                    "Resource": f"{arn}/execution/*",
                },
                {
                    "Sid": "BringSamples",
                    "Effect": "Allow",
                    "Action": ["s3:PutObject", "s3:GetObject"],
                    "Resource": [
                        data.bucket.arn_for_objects("integration-test/*"),
                        data.bucket.arn_for_objects("output/*"),
                    ],
                },
                {
                    "Sid": "FindScores",
                    "Effect": "Allow",
                    "Action": "s3:ListBucket",
                    "Resource": data.bucket.bucket_arn,
                },
                {
                    "Sid": "UseTheKey",
                    "Effect": "Allow",
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                    "Resource": data.key.key_arn,
                },
            ],
        )
        test = self.node.find_child("Test")
        prefix = objects.removesuffix("/*")
        acknowledge(
            test,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:"
            f"<AWS::AccountId>:pipeline/{name}/execution/*]",
            reason="runs of this one pipeline get random ids",
        )
        acknowledge(
            test,
            f"AwsSolutions-IAM5[Resource::{prefix}/integration-test/*]",
            f"AwsSolutions-IAM5[Resource::{prefix}/output/*]",
            reason="samples and scores below these two prefixes of this stage's bucket",
        )


def _read_scripts(objects: str) -> dict[str, object]:
    """Of the jobs, which the build has uploaded."""
    return {
        "Sid": "ReadScripts",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:{cdk.Aws.PARTITION}:s3:::{objects}",
    }


def _tell_of_failures(
    stack: cdk.Stack, settings: Settings, stage: str, *, pipeline: str, topic_arn: str
) -> None:
    """A failed run rings an alarm; the topic of the project, in dev, takes those of its stages."""
    cloudwatch.CfnAlarm(
        stack,
        "RunFailed",
        alarm_name=f"{names.endpoint(settings, stage)}-run-failed",
        alarm_description=f"A run of {pipeline} has failed and scored nothing: its newest run in "
        "the account of the stage says which step and why",
        namespace=pipelines.NAMESPACE,
        metric_name=pipelines.FAILED,
        dimensions=[{"name": "PipelineName", "value": pipeline}],
        statistic="Sum",
        period=300,
        threshold=1,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        # Without a run, nothing has failed.
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
    )
