"""What the CDK refuses, in words: what jsii makes of it is a traceback through its own parts."""

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jsii.errors import JavaScriptError

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

REFUSED: Final = "ValidationFailed"
"""The class of the error with which the CDK ends where a validation plugin has findings."""
TOO_MANY: Final = "TooManyResourcesInStack"
"""The CDK's name of the error for a stack with more than 500 resources."""
ACROSS: Final = ("CannotUseCrossEnvironment", "CannotReferenceAcross", "dependency cannot cross")
"""What the CDK says of a stack that names a resource of another stage or app."""
INSTALLED: Final = "site-packages"


@contextlib.contextmanager
def refusals_in_words() -> Iterator[None]:
    """Turn what the CDK refuses, while an app is built or synthesised, into errors of ours.

    Raises:
        PlatformError: the security rules have findings, which the CDK has printed, or a construct
            cannot be made; the line of this repository that asked for it is named.
    """
    try:
        yield
    except RuntimeError as error:
        if not isinstance(error.__cause__, JavaScriptError):
            raise
        if REFUSED in str(error):
            raise PlatformError(
                "the security rules refuse the resources that are named above",
                hint="correct them, or acknowledge the findings with a reason as in docs/how-to/"
                "add-your-own-resources.md",
            ) from error
        if TOO_MANY in str(error):
            raise PlatformError(
                f"a stack would have more resources than CloudFormation takes: {error}",
                hint="have fewer users, routes to a transit gateway or zones in "
                "cdk-infra-app.yml, fewer resources in extensions, or divide the set",
            ) from error
        if any(words in str(error) for words in ACROSS):
            raise PlatformError(
                f"the CDK refuses what the app makes: {error}",
                hint="stages share no constructs: give the other stage a text, such as an ARN with "
                "a name that you choose",
            ) from error
        raise PlatformError(
            f"the CDK refuses what the app makes: {error}", hint=f"see {_line(error)}"
        ) from error


def _line(error: RuntimeError) -> str:
    """The innermost line of this repository on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    found = [
        f"{Path(frame.filename).relative_to(REPOSITORY_ROOT)}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).is_relative_to(REPOSITORY_ROOT)
        and INSTALLED not in frame.filename
        and frame.filename != __file__
    ]
    return found[-1] if found else "the report above"
