"""Act 7: the build pipeline starts a training, which evaluates and registers a model."""

from collections.abc import Mapping
from typing import Any

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.acts.adopting import adopt_table
from mlops_rehearsal.acts.base_model import bring_base_model
from mlops_rehearsal.acts.pipelines import action_rows
from mlops_rehearsal.acts.tracking import tracking
from mlops_rehearsal.acts.training_image import offer_packages
from mlops_rehearsal.player.report import reported
from mlops_rehearsal.player.started import play_run, start_run
from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.projects import Project
from mlops_rehearsal.world.world import World


def play_training(world: World) -> tuple[Evidence, ...]:
    """Play the build pipelines, and the report of each training when it has ended; the jobs run as
    processes on this machine."""
    actions, steps, versions, tracked, adopted = [], [], [], [], []
    for project in world.trainable:
        world.say(f"{project.full_name}: packages of the training image")
        python = offer_packages(world, project)
        adopted += [row for row in [adopt_table(world, project, python)] if row]
        bring_base_model(world, project, python)
        name = project.pipeline("build")
        with tracking(world, project, python) as runs:
            # In AWS the first run starts when the pipeline is created.
            run = start_run(world, name, project.dev.account, project.dev.region)
            commit, played = play_run(world, run)
            ended = reported(world, project.full_name, project.dev.account, project.dev.region)
            tracked += runs()
        actions += action_rows(name, commit, played)
        steps += _steps(world, project, ended)
        versions.append(_version(world, project))
    return (
        *([Evidence("adopted tables", tuple(adopted))] if adopted else []),
        Evidence("actions", tuple(actions)),
        Evidence("pipeline steps", tuple(steps)),
        Evidence("model versions", tuple(versions)),
        *([Evidence("runs in MLflow", tuple(tracked))] if tracked else []),
        *([Evidence("connections of builds", world.company.rows())] if world.company else []),
    )


def _steps(world: World, project: Project, execution: str) -> list[Mapping[str, str]]:
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    steps = sagemaker.list_pipeline_execution_steps(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )["PipelineExecutionSteps"]
    return [
        {
            "project": project.full_name,
            "step": step["StepName"],
            "status": step["StepStatus"],
            "seconds": f"{(step['EndTime'] - step['StartTime']).total_seconds():.1f}",
        }
        for step in steps
    ]


def _version(world: World, project: Project) -> Mapping[str, str]:
    sagemaker = world.administrator("sagemaker", project.dev.account, project.dev.region)
    found = sagemaker.list_model_packages(
        ModelPackageGroupName=project.full_name, SortOrder="Descending"
    )["ModelPackageSummaryList"]
    if not found:
        raise PlatformError(f"{project.full_name}: the pipeline has registered no version")
    described: Mapping[str, Any] = sagemaker.describe_model_package(
        ModelPackageName=found[0]["ModelPackageArn"]
    )
    metrics = described["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = metrics.removeprefix("s3://").partition("/")
    s3 = world.administrator("s3", project.dev.account, project.dev.region)
    report = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return {
        "project": project.full_name,
        "version": str(described["ModelPackageArn"]),
        "status": str(described["ModelApprovalStatus"]),
        "metrics": " ".join(report.split()),
    }
