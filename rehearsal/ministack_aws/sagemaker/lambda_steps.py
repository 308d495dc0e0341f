"""Lambda steps of a pipeline: the function is invoked with the permissions of the pipeline's role.

SageMaker Developer Guide, "Lambda step": it waits for the function, up to ten minutes, and its
outputs are keys of the dictionary that the function returns.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.config import Config

from ministack_aws.engine.types import Record
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import job_roles
from ministack_aws.sagemaker.pipeline_definition import Execution, Scope, Step

TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "String": str,
    "Integer": int,
    "Boolean": bool,
    "Float": (int, float),
}


def invoke(step: Step, scope: Scope, role: str, execution: Execution) -> Record:
    """Invoke the function of a step and keep what it answers.

    Raises:
        ServiceError: the role may not invoke it, it has failed, or an output is missing.
    """
    function = str(step["FunctionArn"])
    credentials = job_roles.assume(role)
    refusal = job_roles.refusal(credentials, "lambda:InvokeFunction", function)
    if refusal:
        raise ServiceError("AccessDeniedException", refusal)
    # The call waits for the function, and is never sent twice.
    patient = Config(read_timeout=600, retries={"max_attempts": 0})
    answer = job_roles.client("lambda", credentials, patient).invoke(
        FunctionName=function, Payload=json.dumps(scope.request(step)).encode()
    )
    content = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise ServiceError("ClientError", f"The function {function} has failed: {content.decode()}")
    returned = json.loads(content or b"null")
    outputs = [_output(row, returned) for row in step.get("OutputParameters", ())]
    execution["steps"][-1]["Metadata"] = {"Lambda": {"Arn": function, "OutputParameters": outputs}}
    return {"OutputParameters": outputs}


def _output(row: Mapping[str, str], returned: Any) -> Record:
    name, kind = row["OutputName"], row["OutputType"]
    if not isinstance(returned, dict) or name not in returned:
        raise ServiceError("ClientError", f"The function does not return the output '{name}'")
    if not isinstance(returned[name], TYPES[kind]):
        raise ServiceError("ClientError", f"The output '{name}' is not of the type {kind}")
    return {"Name": name, "Value": returned[name]}
