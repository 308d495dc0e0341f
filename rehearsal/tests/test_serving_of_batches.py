"""A batch transform against the real server of the image: it sends what the pipeline says it sends.

SageMaker reads the objects, splits them into records, puts records together up to the payload's
size, and joins the answers by lines (SageMaker Developer Guide, "Batch Transform"; API Reference,
TransformInput and DataProcessing): an answer with another number of lines fails the job.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from launched_projects import product
from seed_repositories import SeedRepository, seed_repository
from tabular_servers import STACKS, container, environment_of_versions, invoke, trained

pytestmark = pytest.mark.seed

DEFINITION = """
import json
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.settings import EXAMPLE
def steps(found):
    for step in found:
        yield step
        arguments = step.get("Arguments", {})
        for branch in ("IfSteps", "ElseSteps"):
            yield from steps(arguments.get(branch, []))
found = json.loads(get_pipeline("inference", EXAMPLE).definition())["Steps"]
print(json.dumps([s["Arguments"] for s in steps(found) if s["Type"] == "Transform"]))
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    return seed_repository(product("batch_inference"), "build_app", tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="module")
def transform(repository: SeedRepository) -> dict[str, Any]:
    """What the pipeline of a stage asks of a transform job."""
    done = repository.run("-c", DEFINITION)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout.splitlines()[-1])
    return dict(found)


@pytest.fixture(scope="module")
def serving(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    stack = STACKS / "scikit_learn"
    model, variables = trained(repository, stack), environment_of_versions(repository)
    with container(stack, model, variables, tmp_path_factory.mktemp("container")) as (url, _):
        yield url


@pytest.fixture(scope="module")
def records(repository: SeedRepository, serving: str) -> list[str]:
    """The lines of an object, as SplitType Line cuts them; training wrote two of them."""
    assert serving
    lines = (repository.root / "request.csv").read_text().splitlines()
    return lines * 3


def sent(url: str, transform: dict[str, Any], records: list[str]) -> tuple[int, str, str]:
    """Records in one request, with the content types of the pipeline."""
    kind = transform["TransformInput"]["ContentType"]
    body = "".join(f"{record}\n" for record in records).encode()
    return invoke(url, body, kind, transform["TransformOutput"]["Accept"])


def test_the_pipeline_splits_and_joins_by_lines(transform: dict[str, Any]) -> None:
    assert transform["TransformInput"]["SplitType"] == "Line"
    assert transform["TransformOutput"]["AssembleWith"] == "Line"
    assert transform["BatchStrategy"] == "MultiRecord"


@pytest.mark.parametrize("count", [1, 2, 6])
def test_every_record_of_a_request_has_its_line_in_the_answer(
    count: int, serving: str, transform: dict[str, Any], records: list[str]
) -> None:
    status, kind, text = sent(serving, transform, records[:count])
    assert (status, kind.partition(";")[0]) == (200, transform["TransformOutput"]["Accept"])
    assert len(text.splitlines()) == count


def test_records_are_scored_alike_however_they_are_put_together(
    serving: str, transform: dict[str, Any], records: list[str]
) -> None:
    together = sent(serving, transform, records)[2].splitlines()
    alone = [sent(serving, transform, [record])[2].strip() for record in records]
    assert [line.strip() for line in together] == alone


def test_a_record_that_no_model_can_score_fails_the_job_as_the_client_s(
    serving: str, transform: dict[str, Any], records: list[str]
) -> None:
    status, _, text = sent(serving, transform, [*records[:2], "M,0.5"])
    assert status == 400
    assert "row 3 has 2 values" in text
