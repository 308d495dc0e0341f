"""What SageMaker tells EventBridge of executions of pipelines and of their steps.

Source: SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge":
"SageMaker pipeline execution state change" and "SageMaker pipeline step state change".
"""

import time
from typing import Final

from ministack_aws import event_bus
from ministack_aws.engine.types import Record
from ministack_aws.sagemaker.pipeline_definition import Execution, Step

EXECUTION_CHANGED: Final = "SageMaker Model Building Pipeline Execution Status Change"
STEP_CHANGED: Final = "SageMaker Model Building Pipeline Execution Step Status Change"
EXECUTING: Final = "Executing"


def execution_changed(execution: Execution, name: str) -> None:
    """Tell the status that an execution has now. Why it has failed is in no event of AWS.

    Args:
        name: of the pipeline, which is what an execution is shown as.
    """
    status = execution["PipelineExecutionStatus"]
    began = status == EXECUTING
    detail = {
        "pipelineExecutionDescription": "",
        "pipelineExecutionDisplayName": name,
        "currentPipelineExecutionStatus": status,
        **({} if began else {"previousPipelineExecutionStatus": EXECUTING}),
        "executionStartTime": _when(execution["CreationTime"]),
        **({} if began else {"executionEndTime": _when(execution["LastModifiedTime"])}),
        **_of(execution),
    }
    _emit(EXECUTION_CHANGED, detail, execution)


def step_changed(step: Step, shown: Record, execution: Execution) -> None:
    """Tell the status that a step has now, and why it has failed, if it has.

    Args:
        shown: the step as ListPipelineExecutionSteps gives it.
    """
    began = shown["StepStatus"] == EXECUTING
    detail = {
        "metadata": {
            f"{kind[0].lower()}{kind[1:]}": {"arn": value["Arn"]}
            for kind, value in shown.get("Metadata", {}).items()
            if "Arn" in value
        },
        "stepName": shown["StepName"],
        "stepType": step["Type"],
        "currentStepStatus": shown["StepStatus"],
        **({} if began else {"previousStepStatus": EXECUTING}),
        "stepStartTime": _when(shown["StartTime"]),
        **({} if began else {"stepEndTime": _when(shown["EndTime"])}),
        **({"failureReason": shown["FailureReason"]} if "FailureReason" in shown else {}),
        **_of(execution),
    }
    _emit(STEP_CHANGED, detail, execution)


def _of(execution: Execution) -> dict[str, str]:
    return {
        "pipelineArn": execution["PipelineArn"],
        "pipelineExecutionArn": execution["PipelineExecutionArn"],
    }


def _emit(kind: str, detail: dict[str, object], execution: Execution) -> None:
    event_bus.emit("aws.sagemaker", kind, detail, [*_of(execution).values()])


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
