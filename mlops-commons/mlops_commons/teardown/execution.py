"""A step carried out to its end, with the reasons where AWS refuses."""

import time
from collections.abc import Callable
from typing import Any, Final

from mlops_commons.teardown.inventory import GONE
from mlops_commons.teardown.plan import Kind, Step
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.stack_failures import failures, shown

SECONDS: Final = 3600.0
"""A Studio domain alone takes up to half an hour."""
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
AGAIN: Final = "fix it, then run the same command again: it continues where it stopped"


def carry_out(step: Step, session: Any) -> None:
    """Remove what a step names and wait until it is gone.

    Raises:
        PlatformError: AWS has refused, or it is still there after an hour.
    """
    executions: dict[Kind, Callable[[Step, Any], None]] = {
        Kind.STACK: _delete_stack,
        Kind.PROJECT: _delete_project,
        Kind.PRODUCT: _terminate,
    }
    executions[step.kind](step, session)


def _delete_stack(step: Step, session: Any) -> None:
    cloudformation = session.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=step.name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=stack)

    def gone() -> bool:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status.endswith("FAILED"):
            reasons = shown(failures(cloudformation, stack))
            raise PlatformError(f"the stack {step.name} is {status}:\n{reasons}", hint=AGAIN)
        return bool(status == GONE)

    _wait(step, gone)


def _delete_project(step: Step, session: Any) -> None:
    sagemaker = session.client("sagemaker")
    sagemaker.delete_project(ProjectName=step.name)

    def gone() -> bool:
        status = sagemaker.describe_project(ProjectName=step.name)["ProjectStatus"]
        if status == "DeleteFailed":
            raise PlatformError(f"the project {step.name} is {status}", hint=AGAIN)
        return bool(status == "DeleteCompleted")

    _wait(step, gone)


def _terminate(step: Step, session: Any) -> None:
    catalog = session.client("servicecatalog")
    catalog.terminate_provisioned_product(ProvisionedProductId=step.name)

    def gone() -> bool:
        try:
            found = catalog.describe_provisioned_product(Id=step.name)["ProvisionedProductDetail"]
        except catalog.exceptions.ResourceNotFoundException:
            return True
        if found["Status"] in ("ERROR", "TAINTED"):
            reason = found.get("StatusMessage", "")
            raise PlatformError(f"{step.shown} is {found['Status']}: {reason}", hint=AGAIN)
        return False

    _wait(step, gone)


def _wait(step: Step, gone: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    pause = FIRST_PAUSE
    while not gone():
        if time.monotonic() > end:
            raise PlatformError(
                f"{step.kind} {step.shown} is still there after an hour", hint=AGAIN
            )
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
