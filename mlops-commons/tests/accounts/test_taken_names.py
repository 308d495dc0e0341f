"""How it is asked whether a name is taken, against the models of botocore."""

import pytest
from botocore import xform_name
from botocore.model import OperationModel
from botocore.session import Session
from botocore.validate import ParamValidator

from mlops_commons.accounts.taken_names import QUESTIONS

pytestmark = pytest.mark.pure


def operation_of(kind: str) -> OperationModel:
    """What a service says of the call that asks for a name."""
    question = QUESTIONS[kind]
    model = Session().get_service_model(question.service)
    (name,) = (n for n in model.operation_names if xform_name(n) == question.operation)
    return model.operation_model(name)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_parameters_are_those_of_the_operation(kind: str) -> None:
    parameters = QUESTIONS[kind].parameters("arn:aws:iam::200000000002:policy/a-name")
    report = ParamValidator().validate(parameters, operation_of(kind).input_shape)
    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("kind", [kind for kind, row in QUESTIONS.items() if row.absent])
def test_the_error_that_says_it_is_free_is_one_of_the_operation(kind: str) -> None:
    operation, absent = operation_of(kind), QUESTIONS[kind].absent
    codes = {
        shape.metadata.get("error", {}).get("code", shape.name): shape
        for shape in operation.error_shapes
    }
    # HeadBucket's answer has no body, so botocore makes the code of the status.
    assert absent == "404" or absent in codes, sorted(codes)
