"""The steps of a SageMaker pipeline: each job with the permissions of the pipeline's role."""

import json
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from ministack_aws.arns import arn
from ministack_aws.engine.types import Client, Record, Request
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import (
    batch_steps,
    containers,
    images,
    isolation,
    job_deeds,
    job_roles,
    jobs,
    lambda_steps,
    model_registry,
    pipeline_events,
    serving_images,
    transfers,
)
from ministack_aws.sagemaker.pipeline_definition import Execution, NotResolved, Scope, Step

KNOWN_FAILURES = (
    BotoCoreError,
    ClientError,
    FileNotFoundError,
    NotResolved,
    ServiceError,
    containers.JobFailed,
    # What SageMaker says of a model that it cannot read.
    ValueError,
)


class StepFailed(Exception):
    """A step has failed; the message names it and says why."""


def run_all(steps: Iterable[Step], scope: Scope, role: str, execution: Execution) -> None:
    """Run steps in the order in which they need each other.

    Raises:
        StepFailed: a step failed; those after it did not run.
    """
    waiting = list(steps)
    while waiting:
        ready = next((s for s in waiting if not _needs(s) & {w["Name"] for w in waiting}), None)
        if ready is None:
            raise StepFailed("the steps need each other in a circle")
        waiting.remove(ready)
        _run(ready, scope, role, execution)


def _needs(step: Step) -> set[str]:
    """The names of steps that must come before: those referred to, and DependsOn."""
    found = set(step.get("DependsOn", ()))
    stack = [step.get("Arguments", {})]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            path = value.get("Get", "")
            if isinstance(path, str) and path.startswith("Steps."):
                found.add(path.split(".")[1])
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _run(step: Step, scope: Scope, role: str, execution: Execution) -> None:
    shown = {"StepName": step["Name"], "StepStatus": "Executing", "StartTime": time.time()}
    execution["steps"].append(shown)
    pipeline_events.step_changed(step, shown, execution)
    try:
        if step["Type"] == "Condition":
            branch = _branch(step, scope, shown)
        else:
            branch = ()
            scope.steps[step["Name"]] = _KINDS[step["Type"]](step, scope, role, execution)
        shown["StepStatus"] = "Succeeded"
    except KeyError as error:
        _fail(shown, f"step type '{step['Type']}' or its argument {error} is not emulated")
    except KNOWN_FAILURES as error:
        _fail(shown, str(error))
    except Exception as error:
        # A defect of the emulator, which the execution tells; its step does not go on either.
        shown |= {"StepStatus": "Failed", "FailureReason": f"{type(error).__name__}: {error}"}
        raise
    finally:
        shown["EndTime"] = time.time()
        pipeline_events.step_changed(step, shown, execution)
    run_all(branch, scope, role, execution)


def _fail(shown: Record, reason: str) -> NoReturn:
    shown |= {"StepStatus": "Failed", "FailureReason": reason}
    raise StepFailed(f"{shown['StepName']}: {reason}")


def _branch(step: Step, scope: Scope, shown: Record) -> Sequence[Step]:
    arguments = step["Arguments"]
    true = all(scope.holds(condition) for condition in arguments["Conditions"])
    shown["Metadata"] = {"Condition": {"Outcome": str(true)}}
    # Either may be left out, and a branch without steps ends well (schema of definitions,
    # ConditionStep: `Conditions` alone is required).
    branch: Sequence[Step] = arguments.get("IfSteps" if true else "ElseSteps") or ()
    return branch


@dataclass(frozen=True)
class _Job:
    """A job that a step has started, with clients of its role."""

    kind: str
    name: str
    record: Record
    s3: Client
    logs: Client

    def run(
        self, entrypoint: Sequence[str], arguments: Sequence[object], root: Path, request: Request
    ) -> None:
        """Run the container, and keep how it has ended."""
        image = request.get("AppSpecification", {}).get("ImageUri", "")
        packages = serving_images.packages(image, root)
        try:
            log = containers.run(
                entrypoint,
                arguments,
                root,
                {**request.get("Environment", {}), **packages},
                isolated=isolation.is_isolated(request),
            )
        except containers.JobFailed as error:
            jobs.ended(self.kind, self.record, root, error.log, str(error), self.logs)
            raise
        jobs.ended(self.kind, self.record, root, log, "", self.logs)


def _job(
    kind: str, step: Step, scope: Scope, role: str, request: Request, execution: Execution
) -> _Job:
    """Create the requested job, which the role has to be allowed to."""
    name = f"pipelines-{scope.execution['PipelineExecutionId']}-{step['Name']}"[:63]
    credentials = job_roles.assume(role)
    vpc = request.get("VpcConfig") or request.get("NetworkConfig", {}).get("VpcConfig") or {}
    context = {"sagemaker:vpcsubnets": vpc["Subnets"]} if vpc.get("Subnets") else {}
    resource = arn("sagemaker", f"{kind.lower().replace('job', '-job')}/{name.lower()}")
    refusal = job_roles.refusal(credentials, f"sagemaker:Create{kind}", resource, context)
    if refusal:
        raise ServiceError("AccessDeniedException", refusal)
    job_deeds.prepare(kind, request, role, resource)
    record = jobs.started(kind, name, request)
    execution["steps"][-1]["Metadata"] = {kind: {"Arn": record[f"{kind}Arn"]}}
    s3, logs = (job_roles.client(service, credentials) for service in ("s3", "logs"))
    return _Job(kind, name, record, s3, logs)


def _processing(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    request = scope.request(step)
    job = _job("ProcessingJob", step, scope, role, request, execution)
    with tempfile.TemporaryDirectory(prefix="processing-") as folder:
        root = Path(folder)
        for source in request.get("ProcessingInputs", ()):
            target = containers.inside(source["S3Input"]["LocalPath"], root)
            transfers.download(job.s3, source["S3Input"]["S3Uri"], target)
        config = request.get("ProcessingOutputConfig", {})
        outputs = config.get("Outputs", ())
        for output in outputs:
            containers.inside(output["S3Output"]["LocalPath"], root).mkdir(
                parents=True, exist_ok=True
            )
        specification = request["AppSpecification"]
        job.run(
            specification["ContainerEntrypoint"],
            specification.get("ContainerArguments", ()),
            root,
            request,
        )
        for output in outputs:
            local = containers.inside(output["S3Output"]["LocalPath"], root)
            transfers.upload(job.s3, local, output["S3Output"]["S3Uri"], config.get("KmsKeyId", ""))
        _keep_property_files(step, outputs, root, scope)
    return request


def _keep_property_files(step: Step, outputs: Sequence[Record], root: Path, scope: Scope) -> None:
    folders = {output["OutputName"]: output["S3Output"]["LocalPath"] for output in outputs}
    for row in step.get("PropertyFiles", ()):
        file = containers.inside(folders[row["OutputName"]], root) / row["FilePath"]
        key = (step["Name"], row["PropertyFileName"])
        scope.property_files[key] = json.loads(file.read_text(encoding="utf-8"))


def _training(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    request = scope.request(step)
    job = _job("TrainingJob", step, scope, role, request, execution)
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        root = Path(folder)
        channels = [row["ChannelName"] for row in request.get("InputDataConfig", ())]
        for row in request.get("InputDataConfig", ()):
            source = row["DataSource"]["S3DataSource"]["S3Uri"]
            transfers.download(job.s3, source, root / "input/data" / row["ChannelName"])
        for made in ("model", "output/data"):
            (root / made).mkdir(parents=True, exist_ok=True)
        hyperparameters = request.get("HyperParameters", {})
        instance_type = request["ResourceConfig"]["InstanceType"]
        containers.write_training_files(root, channels, hyperparameters, instance_type)
        algorithm = request["AlgorithmSpecification"]
        entrypoint = algorithm.get("ContainerEntrypoint") or images.program(
            algorithm["TrainingImage"], "train", root / "image", role
        )
        job.run(entrypoint, algorithm.get("ContainerArguments", ()), root, request)
        output = request["OutputDataConfig"]
        archive = f"{output['S3OutputPath'].rstrip('/')}/{job.name}/output/model.tar.gz"
        transfers.upload_archive(job.s3, root / "model", archive, output.get("KmsKeyId", ""))
    return {**request, "ModelArtifacts": {"S3ModelArtifacts": archive}}


def _register(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    request = scope.request(step)
    credentials = job_roles.assume(role)
    refusal = job_roles.refusal(
        credentials,
        "sagemaker:CreateModelPackage",
        model_registry.resource_of("CreateModelPackage", request) or "*",
        model_registry.context_of("CreateModelPackage", request),
    )
    if refusal:
        raise ServiceError("AccessDeniedException", refusal)
    # What a pipeline registers carries where it comes from.
    made = {"GeneratedBy": execution["PipelineExecutionArn"]}
    request["MetadataProperties"] = {**request.get("MetadataProperties", {}), **made}
    return model_registry.create(request)


def _fail_step(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    raise containers.JobFailed(str(scope.resolve(step["Arguments"]["ErrorMessage"])))


_KINDS = {
    "Fail": _fail_step,
    "Lambda": lambda_steps.invoke,
    "Model": batch_steps.create_model,
    "Processing": _processing,
    "RegisterModel": _register,
    "Training": _training,
    "Transform": batch_steps.transform,
}
