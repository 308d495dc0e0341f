"""Every call of AWS in our code, functions and seeds is one that AWS's own models know."""

import ast
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.truth.calls import calls, problems, unfollowed
from mlops_rehearsal.truth.sources import sources

pytestmark = pytest.mark.pure

ONE_CALL = """
import boto3

def begin(session):
    return work(session.client("sagemaker"), {{"bucket": boto3.client("s3")}})

def work(anything, clients):
    {call}
"""
REFUSED = {
    "anything.descibe_model(ModelName=x)": "sagemaker has no descibe_model",
    "anything.describe_model(Modelname=x)": "sagemaker describe_model has no parameter Modelname",
    "anything.describe_model()": "sagemaker describe_model needs the parameter ModelName",
    "anything.list_model_packages(SortOrder='Down')": "SortOrder: 'Down' is none of Ascending",
    "anything.describe_model(ModelName='a_b')": "ModelName: 'a_b' does not match",
    "anything.describe_model(ModelName=['a'])": "ModelName: is a string",
    "anything.add_tags(ResourceArn=x, Tags=[{'Key': x}])": "Tags: needs Value",
    "anything.add_tags(ResourceArn=x, Tags=[{'key': x, **y}])": "Tags: has no member key",
    "anything.get_paginator('describe_model')": "sagemaker has no pages of describe_model",
    "anything.get_paginator('list_apps').paginate(Domain=x)": "list_apps has no parameter Domain",
    "anything.get_waiter('model_there').wait(ModelName=x)": "sagemaker has no model_there",
    "[anything.get_paginator(n) for n in ('list_apps', 'list_mode')]": "has no list_mode",
    "anything.get_paginator(name)": "sagemaker has no name",
    "clients['bucket'].get_object(Bucket=x)": "s3 get_object needs the parameter Key",
}


def found_in(text: str, folder: Path) -> list[str]:
    file = folder / "module.py"
    file.write_text(text)
    return [problem for call in calls([file]) for problem in problems(call)]


def test_no_call_is_one_that_aws_does_not_know() -> None:
    found = calls(sources())
    assert len({(call.service, call.operation) for call in found}) >= 60
    assert [problem for call in found for problem in problems(call)] == []


def test_no_call_is_of_something_that_is_not_known_to_be_a_client() -> None:
    assert [f"{found.file}:{found.line} {found.text}" for found in unfollowed(sources())] == []


@pytest.mark.parametrize("call", REFUSED)
def test_a_call_that_aws_refuses_is_found_wherever_its_client_was_made(
    call: str, tmp_path: Path
) -> None:
    first = next(iter(found_in(ONE_CALL.format(call=call), tmp_path)), "")
    assert REFUSED[call] in first


@pytest.mark.parametrize(
    "call",
    [
        "anything.describe_model(ModelName=x)",
        "anything.list_model_packages(SortOrder='Descending', **more)",
        "anything.start_pipeline_execution(PipelineName=x)",
        "anything.get_paginator('list_apps').paginate(PaginationConfig=x)",
        "clients['bucket'].get_object(Bucket=x, Key='a_b')",
        "[anything.get_paginator(n).paginate() for n in ('list_apps', 'list_models')]",
    ],
)
def test_a_call_that_aws_takes_is_none(call: str, tmp_path: Path) -> None:
    assert found_in(ONE_CALL.format(call=call), tmp_path) == []


def test_every_call_of_a_function_is_noticed_when_it_is_misspelt(tmp_path: Path) -> None:
    """Each operation that the gate calls, with another letter at its end."""
    folder = REPOSITORY_ROOT / "mlops-sm-project-template/cdk_service_catalog/gate/runtime"
    files = [tmp_path / file.name for file in sorted(folder.glob("*.py"))]
    for file in files:
        file.write_text((folder / file.name).read_text())
    written = {call.written for call in calls(files)}
    assert len(written) >= 15
    for file in files:
        file.write_text(ast.unparse(Misspelt(written).visit(ast.parse(file.read_text()))))
    found = " ".join(problem for call in calls(files) for problem in problems(call))
    assert [name for name in sorted(written) if f"has no {name}x" not in found] == []


class Misspelt(ast.NodeTransformer):
    """Another letter at the end of the names of operations."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        attr = f"{node.attr}x" if node.attr in self.names else node.attr
        return ast.copy_location(ast.Attribute(node.value, attr, node.ctx), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(f"{node.value}x") if node.value in self.names else node
