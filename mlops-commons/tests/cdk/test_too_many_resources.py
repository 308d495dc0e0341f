"""A stack of more resources than CloudFormation takes is refused in words, not by a traceback."""

import aws_cdk as cdk
import pytest

from mlops_commons.cdk.refusals import refusals_in_words
from mlops_commons.utilities.errors import PlatformError

pytestmark = pytest.mark.construct


def test_too_many_resources_are_named_with_what_makes_them() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "Large")
    for number in range(501):
        cdk.CfnResource(stack, f"Resource{number}", type="AWS::CloudFormation::WaitConditionHandle")
    with pytest.raises(PlatformError) as caught, refusals_in_words():
        app.synth()
    assert "more resources than CloudFormation takes" in caught.value.message
    assert "fewer users" in caught.value.hint
