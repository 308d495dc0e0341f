"""SageMaker Pipelines: definitions are kept, and a started one runs its jobs as processes."""

import json
import threading
import time
import uuid
from typing import Final

from ministack_aws.access.role_permissions import denied
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import STORE, all_of, key_of
from ministack_aws.engine import iam
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import endpoint_metrics, pipeline_events, pipeline_steps
from ministack_aws.sagemaker.pipeline_definition import Execution, NotResolved, Scope, parameters

TYPE: Final = "AWS::SageMaker::Pipeline"
EXECUTIONS: Final[dict[str, Execution]] = {}
"""Executions by ARN."""
OF_ONE_EXECUTION = (
    "DescribePipelineDefinitionForExecution",
    "DescribePipelineExecution",
    "ListPipelineExecutionSteps",
    "ListPipelineParametersForExecution",
    "StopPipelineExecution",
)
NOT_DESCRIBED = ("steps", "definition", "parameters")
"""What an execution keeps for other calls."""


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    if operation in OF_ONE_EXECUTION:
        return str(request["PipelineExecutionArn"])
    if operation in OPERATIONS and "PipelineName" in request:
        return _arn(request["PipelineName"])
    return None


def _arn(name: str) -> str:
    return name if name.startswith("arn:") else arn("sagemaker", f"pipeline/{name.lower()}")


def _write(request: Request) -> Answer:
    role = request["RoleArn"]
    context = {"iam:passedtoservice": "sagemaker.amazonaws.com"}
    refusal = denied(iam.caller_arn(), "iam:PassRole", (role,), context)
    if refusal:
        raise ServiceError("AccessDeniedException", refusal)
    name = request["PipelineName"]
    STORE[key_of(TYPE, name)] = {**STORE.get(key_of(TYPE, name), {}), **request}
    return {"PipelineArn": _arn(name)}


def _create(request: Request) -> Answer:
    if key_of(TYPE, request["PipelineName"]) in STORE:
        raise ServiceError("ValidationException", "Pipeline names must be unique")
    return _write(request)


def _found(name: str) -> Record:
    found = STORE.get(key_of(TYPE, name.rpartition("/")[2]))
    if found is None:
        raise ServiceError("ResourceNotFound", f"Pipeline '{_arn(name)}' does not exist.")
    return found


def _update(request: Request) -> Answer:
    _found(request["PipelineName"])
    return _write(request)


def _describe(request: Request) -> Answer:
    found = _found(request["PipelineName"])
    return {**found, "PipelineArn": _arn(request["PipelineName"]), "PipelineStatus": "Active"}


def body(pipeline: Record) -> Record:
    """The definition of a pipeline, as the API or as CloudFormation got it."""
    definition = pipeline["PipelineDefinition"]
    if isinstance(definition, dict):
        definition = definition.get("PipelineDefinitionBody", definition)
    found: Record = json.loads(definition) if isinstance(definition, str) else definition
    return found


def _start(request: Request) -> Answer:
    pipeline = _found(request["PipelineName"])
    definition = body(pipeline)
    given = {row["Name"]: row["Value"] for row in request.get("PipelineParameters", ())}
    execution_id = uuid.uuid4().hex[:12]
    execution_arn = f"{_arn(request['PipelineName'])}/execution/{execution_id}"
    try:
        scope = Scope(
            parameters(definition, given),
            {
                "PipelineExecutionId": execution_id,
                "PipelineExecutionArn": execution_arn,
                "PipelineName": pipeline["PipelineName"],
                "PipelineArn": _arn(request["PipelineName"]),
                "StartDateTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            },
        )
    except NotResolved as error:
        raise ServiceError("ValidationException", str(error)) from error
    execution = {
        "PipelineArn": _arn(request["PipelineName"]),
        "PipelineExecutionArn": execution_arn,
        "PipelineExecutionStatus": "Executing",
        "CreationTime": time.time(),
        "steps": [],
        "definition": json.dumps(definition),
        "parameters": list(request.get("PipelineParameters", ())),
    }
    EXECUTIONS[execution_arn] = execution
    place = (get_account_id(), get_region())
    work = (place, definition, scope, pipeline["RoleArn"], execution)
    threading.Thread(target=_run, args=work, daemon=True).start()
    return {"PipelineExecutionArn": execution_arn}


def _run(
    place: tuple[str, str], definition: Record, scope: Scope, role: str, execution: Execution
) -> None:
    name = scope.execution["PipelineName"]
    with request_scope(*place):
        endpoint_metrics.record_execution(name, "ExecutionStarted")
        pipeline_events.execution_changed(execution, name)
        status = "Failed"
        try:
            pipeline_steps.run_all(definition["Steps"], scope, role, execution)
            status = "Succeeded"
        except pipeline_steps.StepFailed as error:
            execution["FailureReason"] = f"Step failure: {error}"
        except Exception as error:
            # A defect of the emulator; a client that waits for the run must not wait for ever.
            execution["FailureReason"] = f"{type(error).__name__}: {error}"
            raise
        finally:
            endpoint_metrics.record_execution(name, f"Execution{status}")
            execution["LastModifiedTime"] = time.time()
            # Who sees the end looks at the alarms next, and who hears of it at the status.
            execution["PipelineExecutionStatus"] = status
            pipeline_events.execution_changed(execution, name)


def _execution(request: Request) -> Execution:
    found = EXECUTIONS.get(request["PipelineExecutionArn"])
    if found is None:
        raise ServiceError("ResourceNotFound", "The pipeline execution does not exist.")
    return found


def _describe_execution(request: Request) -> Answer:
    found = _execution(request)
    return {name: value for name, value in found.items() if name not in NOT_DESCRIBED}


def _definition_of_execution(request: Request) -> Answer:
    found = _execution(request)
    return {"PipelineDefinition": found["definition"], "CreationTime": found["CreationTime"]}


def _parameters_of_execution(request: Request) -> Answer:
    return {"PipelineParameters": _execution(request)["parameters"]}


def _executions(request: Request) -> Answer:
    pipeline = _arn(request["PipelineName"])
    found = [
        {
            "PipelineExecutionArn": execution_arn,
            "PipelineExecutionStatus": execution["PipelineExecutionStatus"],
            "StartTime": execution["CreationTime"],
        }
        for execution_arn, execution in EXECUTIONS.items()
        if execution["PipelineArn"] == pipeline
    ]
    ascending = request.get("SortOrder") == "Ascending"
    return {"PipelineExecutionSummaries": found if ascending else found[::-1]}


def _steps(request: Request) -> Answer:
    found = _execution(request)["steps"]
    ascending = request.get("SortOrder") == "Ascending"
    return {"PipelineExecutionSteps": list(found) if ascending else found[::-1]}


def _pipelines(request: Request) -> Answer:
    return {
        "PipelineSummaries": [
            {"PipelineName": name, "PipelineArn": _arn(name)} for name, _ in all_of(TYPE)
        ]
    }


OPERATIONS: Final[Operations] = {
    "CreatePipeline": _create,
    "DescribePipeline": _describe,
    "DescribePipelineDefinitionForExecution": _definition_of_execution,
    "DescribePipelineExecution": _describe_execution,
    "ListPipelines": _pipelines,
    "ListPipelineExecutions": _executions,
    "ListPipelineExecutionSteps": _steps,
    "ListPipelineParametersForExecution": _parameters_of_execution,
    "StartPipelineExecution": _start,
    "UpdatePipeline": _update,
}
